import type { Activity } from "./activity.ts";
import type { FilterPolicy } from "./filter-policy/filter-policy.ts";

const activitiesKept = 100;

/** One send or publish: what all the messages that came of it have in common. */
export class Origin {
  /** Of the message that was sent, or of the publication. */
  readonly id: string;
  /** How many consumers that are not a harness's own it reached. */
  reached = 0;
  /** The filters of such consumers that kept it out; undefined where none did. A filter that is set anew is another one. */
  keptOutBy: readonly FilterPolicy[] | undefined;
  /** The filters that let it pass; undefined where none did. */
  passedBy: readonly FilterPolicy[] | undefined;
  /** Whether such a consumer should have got it, and did not. */
  missed = false;
  #life: readonly Activity[] | undefined;
  #forgotten = false;

  constructor(id: string) {
    this.id = id;
  }

  /** What happened to its messages, in order: the first hundred. */
  get life(): readonly Activity[] {
    return this.#life ?? [];
  }

  add(activity: Activity): void {
    if (this.#life === undefined) this.#life = this.#forgotten ? undefined : [activity];
    // not pushed: that would make room for 17, and most messages have three
    else if (this.#life.length < activitiesKept) this.#life = [...this.#life, activity];
  }

  /** From now on it has no life. */
  forget(): void {
    this.#life = undefined;
    this.#forgotten = true;
  }
}
