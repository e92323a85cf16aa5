import { Heap } from "../heap.ts";
import type { StoredMessage } from "../message.ts";
import type { ReadyMessages } from "./ready-messages.ts";

interface Group {
  readonly id: string;
  readonly ready: Heap<StoredMessage>;
  inFlight: number;
}

const bySequence = (a: StoredMessage, b: StoredMessage) => a.sequence < b.sequence;

/**
 * FIFO: within each message group in the order of sending, also what comes back; no further message of a group while one is
 * in flight, but several in one receive. The group whose first message is the oldest comes first.
 */
export class GroupOrder implements ReadyMessages {
  readonly #groups = new Map<string, Group>();
  /** First messages of groups that may be received from; some may have been overtaken, and are passed over. */
  readonly #firsts = new Heap<StoredMessage>(bySequence);

  add(message: StoredMessage): void {
    const group = this.#group(message.groupId ?? "");
    group.ready.push(message);
    if (group.inFlight === 0 && group.ready.peek() === message) this.#firsts.push(message);
  }

  take(max: number, admit: (message: StoredMessage) => boolean): StoredMessage[] {
    const taken: StoredMessage[] = [];
    while (taken.length < max) {
      const group = this.#firstGroup();
      if (group === undefined) break;
      // as many of one group as there are: the next receive gets none of it until these are settled
      while (taken.length < max) {
        const message = group.ready.pop();
        if (message === undefined) break;
        if (message.state !== "ready" || !admit(message)) continue;
        group.inFlight++;
        taken.push(message);
      }
      this.#offer(group);
    }
    return taken;
  }

  settled(message: StoredMessage): void {
    const group = this.#groups.get(message.groupId ?? "");
    if (group === undefined) return;
    group.inFlight--;
    this.#offer(group);
  }

  clear(): void {
    this.#groups.clear();
    this.#firsts.clear();
  }

  /** Lets the group be received from, if nothing of it is in flight; forgets it when it is empty. */
  #offer(group: Group): void {
    if (group.inFlight > 0) return;
    const first = firstReady(group);
    if (first === undefined) this.#groups.delete(group.id);
    else this.#firsts.push(first);
  }

  #firstGroup(): Group | undefined {
    for (;;) {
      const offered = this.#firsts.pop();
      if (offered === undefined) return undefined;
      const group = this.#groups.get(offered.groupId ?? "");
      if (group === undefined || group.inFlight > 0) continue;
      if (firstReady(group) === offered) return group;
      // the one that was offered has left the queue since
      this.#offer(group);
    }
  }

  #group(id: string): Group {
    let group = this.#groups.get(id);
    if (group === undefined)
      this.#groups.set(id, (group = { id, ready: new Heap<StoredMessage>(bySequence), inFlight: 0 }));
    return group;
  }
}

function firstReady({ ready }: Group): StoredMessage | undefined {
  while (ready.peek() !== undefined && ready.peek()?.state !== "ready") ready.pop();
  return ready.peek();
}
