import type {
  DeadLetter,
  Endpoint,
  ListenerSink,
  RedriveReceipt,
  SendReceipt,
  Subscription,
} from "../../contracts/index.ts";
import { wakefulError } from "../../errors.ts";
import type { Clock } from "../../time/index.ts";
import type { Addresses } from "./addresses.ts";
import type { SqsClient, SqsMessage } from "./client.ts";
import { isFifo } from "./fifo.ts";
import { copyOfAttributes } from "./message.ts";
import { nameOf } from "./name-of.ts";
import type { QueueReader } from "./reader.ts";
import { ReaderLease } from "./reader-lease.ts";

export interface DeadLetterQueueOptions {
  readonly queue: string;
  /** Where letters go back to that do not tell where they came from. */
  readonly source: string | undefined;
  readonly sqs: SqsClient;
  readonly addresses: Addresses;
  readonly clock: Clock;
  readonly run: string;
  /** Whether others may read it, or have letters there. */
  readonly shared: boolean;
  /** Tells the broker that the harness reads it, until disposed. */
  readonly reads: () => Disposable | undefined;
  readonly read: (options: { url: string; queue: string; sink: ListenerSink; shared: boolean }) => QueueReader;
  readonly receipt: (id: string) => SendReceipt;
}

/**
 * A dead-letter queue that only the harness reads. What it has read is off the queue, or held: so letters go back as copies,
 * one by one, and not by a move task of the broker's, which would find none of ours and take all of others'.
 */
export class DeadLetterQueue implements Endpoint {
  readonly name: string;
  readonly carries = "bytes";
  readonly #options: DeadLetterQueueOptions;
  readonly #readers = new Set<QueueReader>();

  constructor(options: DeadLetterQueueOptions) {
    this.name = `dead letters ${options.queue}`;
    this.#options = options;
  }

  async listen(sink: ListenerSink, signal: AbortSignal): Promise<Subscription> {
    const { addresses, queue, sqs, clock, run, shared, reads, read } = this.#options;
    const url = await addresses.queue(queue, signal);
    const reader = read({ url, queue, sink, shared });
    const lost = (error: unknown) => {
      sink.failed(error);
      // what it holds goes back to who reads now
      void reader.stop();
    };
    // on a broker of our own nobody else reads, and nothing of others is there
    const lease = shared
      ? await ReaderLease.take({ sqs, url, resource: this.name, run, clock, lost, signal })
      : undefined;
    const reading = reads();
    this.#readers.add(reader);
    reader.start();
    let closing: Promise<void> | undefined;
    const close = async () => {
      await reader.stop();
      this.#readers.delete(reader);
      reading?.[Symbol.dispose]();
      await lease?.[Symbol.asyncDispose]();
    };
    return { [Symbol.asyncDispose]: () => (closing ??= close()) };
  }

  async redrive({ id, raw }: DeadLetter, signal: AbortSignal): Promise<RedriveReceipt> {
    const { addresses, sqs, receipt } = this.#options;
    const letter = raw as SqsMessage;
    const arn = letter.Attributes?.["DeadLetterQueueSourceArn"];
    const to = arn === undefined ? this.#options.source : nameOf(arn);
    if (to === undefined) throw wakefulError("REDRIVE_SOURCE_UNKNOWN", { channel: this.name, id });
    const copy = copyOf(letter, to);
    const { MessageId = "" } = await addresses.onQueue(to, signal, (QueueUrl, call) =>
      sqs.sendMessage({ QueueUrl, ...copy }, call),
    );
    for (const reader of this.#readers) reader.letGo(id);
    return { ...receipt(MessageId), to };
  }
}

/** All that a system can see of a letter, as AWS's own redrive keeps it. The same letter is the same message, once. */
function copyOf({ MessageId, Body = "", Attributes = {}, MessageAttributes = {} }: SqsMessage, to: string) {
  const { MessageGroupId, AWSTraceHeader } = Attributes;
  return {
    MessageBody: Body,
    MessageAttributes: copyOfAttributes(MessageAttributes),
    ...(MessageGroupId !== undefined && { MessageGroupId }),
    ...(isFifo(to) && MessageId !== undefined && { MessageDeduplicationId: MessageId }),
    ...(AWSTraceHeader !== undefined && {
      MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: AWSTraceHeader } },
    }),
  };
}
