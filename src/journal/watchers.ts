import type { Entry, EntryKind } from "./entries.ts";

export interface WatchFilter {
  readonly channel?: string;
  readonly kinds?: readonly EntryKind[];
}

interface Watcher {
  readonly kinds: ReadonlySet<EntryKind> | undefined;
  readonly listener: (entry: Entry) => void;
  /** It is told of entries after this sequence. */
  readonly since: number;
  disposed: boolean;
}

/**
 * Who wants to be told of new entries. Entries are told one after the other, each to all who watched before it came, in
 * the order in which they began. What is queued meanwhile is told afterwards. Whoever throws keeps nobody from being told.
 */
export class Watchers {
  readonly #ofAll = new Set<Watcher>();
  /** Those of one channel, and those of all, in one order. */
  readonly #ofChannel = new Map<string, Set<Watcher>>();
  readonly #queue: Entry[] = [];
  readonly #onThrow: (cause: unknown, entry: Entry) => void;
  #telling = false;

  constructor(onThrow: (cause: unknown, entry: Entry) => void) {
    this.#onThrow = onThrow;
  }

  /** Adds a watcher of what comes after the sequence `since`. */
  add({ channel, kinds }: WatchFilter, listener: (entry: Entry) => void, since: number): Disposable {
    const watcher: Watcher = { kinds: kinds && new Set(kinds), listener, since, disposed: false };
    const groups = channel === undefined ? [this.#ofAll, ...this.#ofChannel.values()] : [this.#groupOf(channel)];
    for (const group of groups) group.add(watcher);
    return {
      [Symbol.dispose]: () => {
        watcher.disposed = true;
        if (channel !== undefined) this.#ofChannel.get(channel)?.delete(watcher);
        else for (const group of [this.#ofAll, ...this.#ofChannel.values()]) group.delete(watcher);
      },
    };
  }

  queue(entry: Entry): void {
    this.#queue.push(entry);
  }

  /** Tells what is queued, unless that is going on already. */
  tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    let entry: Entry | undefined;
    while ((entry = this.#queue.shift()) !== undefined) this.#tell(entry);
    this.#telling = false;
  }

  #tell(entry: Entry): void {
    const group = "channel" in entry ? this.#ofChannel.get(entry.channel) : undefined;
    for (const watcher of group ?? this.#ofAll) {
      if (watcher.disposed || watcher.since >= entry.sequence) continue;
      if (watcher.kinds !== undefined && !watcher.kinds.has(entry.kind)) continue;
      try {
        watcher.listener(entry);
      } catch (cause) {
        this.#onThrow(cause, entry);
      }
    }
  }

  #groupOf(channel: string): Set<Watcher> {
    let group = this.#ofChannel.get(channel);
    if (group === undefined) this.#ofChannel.set(channel, (group = new Set(this.#ofAll)));
    return group;
  }
}
