import type { VirtualClock } from "../virtual-clock.ts";
import type { ActivityLog } from "./activity.ts";
import type { StoredMessage } from "./message.ts";
import type { ReadyMessages } from "./order/ready-messages.ts";
import type { Queue } from "./queue.ts";
import type { QueueSettings } from "./queue-settings.ts";

/** What a queue is made of, and what it tells its broker. */
export interface QueueOptions {
  readonly name: string;
  readonly arn: string;
  readonly fifo: boolean;
  readonly settings: QueueSettings;
  readonly order: ReadyMessages;
  readonly time: VirtualClock;
  readonly activity: ActivityLog;
  readonly readByHarness: () => boolean;
  readonly changed: () => void;
  readonly deadLetter: (message: StoredMessage, from: Queue, target: string) => void;
}
