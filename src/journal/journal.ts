import type { Clock } from "../time/index.ts";
import { ChunkedList } from "./chunked-list.ts";
import type { Entry, ListenerEntry, NewEntry, ReceivedEntry, RefusedEntry, Stamped, GapEntry } from "./entries.ts";
import { estimateSize } from "./size.ts";
import { type WatchFilter, Watchers } from "./watchers.ts";

/** Entries that belong to one channel's listener. */
export type ChannelEntry = Stamped<ReceivedEntry> | Stamped<RefusedEntry> | Stamped<ListenerEntry>;

export interface JournalOptions {
  readonly clock: Clock;
  /** Default 100,000. */
  readonly maxEntries?: number;
  /** Default 256 MiB, estimated. */
  readonly maxBytes?: number;
}

/**
 * The append-only record of everything seen. Appending tells whoever watches, at once; nothing ever polls it. It is
 * bounded: the oldest entries go first, those of an open scope only when dropping what came before it is not enough, and
 * a gap entry records that they went.
 */
export class Journal {
  readonly #clock: Clock;
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #log = new ChunkedList<Entry>();
  readonly #sizes = new ChunkedList<number>();
  readonly #channels = new Map<string, ChunkedList<ChannelEntry>>();
  readonly #watchers = new Watchers((cause, entry) => {
    this.#watcherThrew(cause, entry);
  });
  /** Open scopes and where they began, the oldest first. */
  readonly #openScopes = new Map<string, number>();
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

  /**
   * Stamps and keeps a copy of the entry, and tells the watchers: each that watched already, in the order in which they
   * began. An entry that a watcher appends is kept at once and told after this one. A watcher that throws does not stop
   * the append, which a transport may have called: what it threw is written down as a fault.
   */
  append<E extends NewEntry>(entry: E): Stamped<E> {
    const stamped = this.#keep(entry);
    if (this.#isFull) this.#drop();
    this.#watchers.tell();
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

  /** Calls back for each entry from now on that fits. A listener may append, and dispose itself or others, meanwhile. */
  watch(filter: WatchFilter, listener: (entry: Entry) => void): Disposable {
    return this.#watchers.add(filter, listener, this.#last);
  }

  /** The gap, if entries since this sequence were dropped. */
  gapSince(sequence: number): Stamped<GapEntry> | undefined {
    return this.#gap !== undefined && this.#gap.until >= sequence ? this.#gap : undefined;
  }

  get #isFull(): boolean {
    return this.#log.length > this.#maxEntries || this.#bytes > this.#maxBytes;
  }

  #keep<E extends NewEntry>(entry: E): Stamped<E> {
    const stamped = { ...entry, sequence: ++this.#last, at: this.#clock.now(), wall: this.#clock.wall() };
    const size = estimateSize(entry);
    this.#log.push(stamped);
    this.#sizes.push(size);
    this.#bytes += size;
    if (isOfChannel(stamped)) {
      let list = this.#channels.get(stamped.channel);
      if (list === undefined) this.#channels.set(stamped.channel, (list = new ChunkedList()));
      list.push(stamped);
    } else if (entry.kind === "scope opened") this.#openScopes.set(entry.scope, stamped.sequence);
    else if (entry.kind === "scope closed") this.#openScopes.delete(entry.scope);
    this.#watchers.queue(stamped);
    return stamped;
  }

  /** Drops a tenth in one go, so that the gap is recorded once for many. */
  #drop(): void {
    const entriesLeft = Math.floor(this.#maxEntries * 0.9);
    const bytesLeft = this.#maxBytes * 0.9;
    let dropped = this.#gap?.dropped ?? 0;
    let until = 0;
    const dropBefore = (boundary: number) => {
      // one entry always stays: the one that was just appended
      while (this.#log.length > 1 && (this.#log.length > entriesLeft || this.#bytes > bytesLeft)) {
        if ((this.#log.at(0) as Entry).sequence >= boundary) return;
        const entry = this.#forgetFirst();
        until = entry.sequence;
        if (entry.kind !== "gap") dropped++;
      }
    };
    dropBefore(this.#openScopes.values().next().value ?? Infinity);
    if (this.#isFull) dropBefore(Infinity);
    if (until > 0) this.#gap = this.#keep({ kind: "gap", dropped, until });
  }

  #forgetFirst(): Entry {
    const entry = this.#log.shift() as Entry;
    this.#bytes -= this.#sizes.shift() ?? 0;
    if (isOfChannel(entry)) this.#channels.get(entry.channel)?.shift();
    return entry;
  }

  /** Of a fault no second one is made: a watcher of faults that always throws would never end. */
  #watcherThrew(cause: unknown, told: Entry): void {
    if (told.kind !== "fault")
      this.append({ kind: "fault", where: `a watcher of the journal, told of #${told.sequence}`, cause });
  }
}

function isOfChannel(entry: Entry): entry is ChannelEntry {
  return entry.kind === "received" || entry.kind === "refused" || entry.kind === "listener";
}
