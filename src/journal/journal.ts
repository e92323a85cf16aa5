import type { Clock } from "../time/index.ts";
import { ChunkedList } from "./chunked-list.ts";
import type {
  Entry,
  EntryKind,
  ListenerEntry,
  NewEntry,
  ReceivedEntry,
  RefusedEntry,
  Stamped,
  GapEntry,
} from "./entries.ts";
import { estimateSize } from "./size.ts";

/** Entries that belong to one channel's listener. */
export type ChannelEntry = Stamped<ReceivedEntry> | Stamped<RefusedEntry> | Stamped<ListenerEntry>;

export interface JournalOptions {
  readonly clock: Clock;
  /** Default 100,000. */
  readonly maxEntries?: number;
  /** Default 256 MiB, estimated. */
  readonly maxBytes?: number;
}

export interface WatchFilter {
  readonly channel?: string;
  readonly kinds?: readonly EntryKind[];
}

interface Watcher {
  readonly kinds: ReadonlySet<EntryKind> | undefined;
  readonly listener: (entry: Entry) => void;
  disposed: boolean;
}

/**
 * The append-only record of everything seen. Appending wakes whoever watches, at once and in the order in which they
 * began to watch; nothing ever polls it. It is bounded: the oldest entries go first, which are those of
 * scopes that closed long ago, and a gap entry records that they went.
 */
export class Journal {
  readonly #clock: Clock;
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #log = new ChunkedList<Entry>();
  readonly #sizes = new ChunkedList<number>();
  readonly #channels = new Map<string, ChunkedList<ChannelEntry>>();
  readonly #watchersOfAll = new Set<Watcher>();
  readonly #watchersOfChannel = new Map<string, Set<Watcher>>();
  #bytes = 0;
  #last = 0;
  #gap: Stamped<GapEntry> | undefined;

  constructor({ clock, maxEntries = 100_000, maxBytes = 256 * 1024 * 1024 }: JournalOptions) {
    this.#clock = clock;
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
  }

  /** The sequence of the last entry; 0 when there is none. */
  get last(): number {
    return this.#last;
  }

  /** Stamps an entry, keeps it, and calls the watchers. */
  append<E extends NewEntry>(entry: E): Stamped<E> {
    const stamped: Stamped<E> = Object.assign(entry, {
      sequence: ++this.#last,
      at: this.#clock.now(),
      wall: this.#clock.wall(),
    });
    this.#keep(stamped);
    this.#tell(stamped);
    return stamped;
  }

  /** Entries with a sequence of at least `from`, in order. */
  entries(from = 0): Iterable<Entry> {
    return this.#log.from(this.#log.firstIndex(({ sequence }) => sequence >= from));
  }

  /** The same for one channel's received events, refused ones, and what happened to its listener. */
  channel(name: string, from = 0): Iterable<ChannelEntry> {
    const list = this.#channels.get(name);
    return list === undefined ? [] : list.from(list.firstIndex(({ sequence }) => sequence >= from));
  }

  /** Calls back for each new entry that fits. A listener may dispose itself or others meanwhile; it must not throw. */
  watch(filter: WatchFilter, listener: (entry: Entry) => void): Disposable {
    const watcher: Watcher = { kinds: filter.kinds && new Set(filter.kinds), listener, disposed: false };
    const { channel } = filter;
    let watchers = this.#watchersOfAll;
    if (channel !== undefined) {
      watchers = this.#watchersOfChannel.get(channel) ?? new Set();
      this.#watchersOfChannel.set(channel, watchers);
    }
    watchers.add(watcher);
    return {
      [Symbol.dispose]: () => {
        watcher.disposed = true;
        watchers.delete(watcher);
      },
    };
  }

  /** The gap, if entries since this sequence were dropped. */
  gapSince(sequence: number): Stamped<GapEntry> | undefined {
    return this.#gap !== undefined && this.#gap.until >= sequence ? this.#gap : undefined;
  }

  #keep(entry: Entry): void {
    const size = estimateSize(entry);
    this.#log.push(entry);
    this.#sizes.push(size);
    this.#bytes += size;
    if (entry.kind === "received" || entry.kind === "refused" || entry.kind === "listener") {
      let list = this.#channels.get(entry.channel);
      if (list === undefined) this.#channels.set(entry.channel, (list = new ChunkedList()));
      list.push(entry);
    }
    if (this.#log.length > this.#maxEntries || this.#bytes > this.#maxBytes) this.#drop();
  }

  /** Drops the oldest tenth in one go, so that the gap is recorded once for many. */
  #drop(): void {
    const entriesLeft = Math.floor(this.#maxEntries * 0.9);
    const bytesLeft = this.#maxBytes * 0.9;
    let dropped = this.#gap?.dropped ?? 0;
    let until = 0;
    // one entry always stays: the one that was just appended
    while (this.#log.length > 1 && (this.#log.length > entriesLeft || this.#bytes > bytesLeft)) {
      const entry = this.#log.shift() as Entry;
      this.#bytes -= this.#sizes.shift() ?? 0;
      until = entry.sequence;
      dropped++;
      if (entry.kind === "received" || entry.kind === "refused" || entry.kind === "listener") {
        this.#channels.get(entry.channel)?.shift();
      }
    }
    if (until > 0) this.#gap = this.append({ kind: "gap", dropped, until });
  }

  #tell(entry: Entry): void {
    const channel = "channel" in entry ? entry.channel : undefined;
    const ofChannel = channel === undefined ? undefined : this.#watchersOfChannel.get(channel);
    if (ofChannel !== undefined) this.#call(ofChannel, entry);
    this.#call(this.#watchersOfAll, entry);
  }

  #call(watchers: ReadonlySet<Watcher>, entry: Entry): void {
    for (const watcher of watchers) {
      if (!watcher.disposed && (watcher.kinds === undefined || watcher.kinds.has(entry.kind))) watcher.listener(entry);
    }
  }
}
