export { absentFields } from "./absent-fields.ts";
export { Claims } from "./claims.ts";
export type {
  Entry,
  EntryKind,
  FaultEntry,
  GapEntry,
  ListenerEntry,
  LogEntry,
  LookEntry,
  MessageEntry,
  NewEntry,
  NoteEntry,
  ReceivedEntry,
  RefusedEntry,
  ScopeClosed,
  ScopeOpened,
  SentEntry,
  Stamped,
  SystemEntry,
  VerdictEntry,
} from "./entries.ts";
export { type ChannelEntry, Journal, type JournalOptions } from "./journal.ts";
export { compare, type Comparison, type Difference } from "./compare.ts";
export { checkMatch, fieldAt, matches, placeOf, shapeOf } from "./match.ts";
export type { KeysOf, Known, Leaf, Match, Narrowed } from "./match-types.ts";
export { closest, type NearMiss } from "./near-miss.ts";
export { timeline, type TimelineLine, type TimelineOptions } from "./timeline.ts";
export type { WatchFilter } from "./watchers.ts";
