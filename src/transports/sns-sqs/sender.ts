import type { Accounting, OutgoingMessage, SendReceipt } from "../../contracts/index.ts";
import { wakefulError } from "../../errors.ts";
import { text } from "../../kinds.ts";
import { checkArgument } from "../../options.ts";
import type { Duration } from "../../time/index.ts";
import type { Addresses } from "./addresses.ts";
import { wantsDeduplicationId } from "./aws-errors.ts";
import type { SnsClient, SqsClient } from "./client.ts";
import { isFifo } from "./fifo.ts";
import { toAwsAttributes } from "./message.ts";
import { wholeSeconds } from "./whole-seconds.ts";

// duplicates are found for five minutes: more ids than are sent in that time need not be known
const rememberedIds = 100_000;

interface Grouping {
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
}

/** Sends to topics and queues, by name. */
export class Sender {
  readonly #sns: SnsClient;
  readonly #sqs: SqsClient;
  readonly #addresses: Addresses;
  readonly #accounting: Accounting | undefined;
  /** Of what was sent to FIFO topics and queues: one that comes back is of a duplicate. */
  readonly #sentIds = new Set<string>();

  constructor(options: { sns: SnsClient; sqs: SqsClient; addresses: Addresses; accounting: Accounting | undefined }) {
    this.#sns = options.sns;
    this.#sqs = options.sqs;
    this.#addresses = options.addresses;
    this.#accounting = options.accounting;
  }

  async toTopic(name: string, message: OutgoingMessage, signal: AbortSignal): Promise<SendReceipt> {
    const channel = `topic ${name}`;
    const input = {
      Message: textOf(message.body, channel),
      MessageAttributes: toAwsAttributes(message.attributes),
      ...grouping(name, channel, message),
    };
    return await this.#send(name, channel, async () => {
      const { MessageId = "" } = await this.#addresses.onTopic(name, signal, (TopicArn, call) =>
        this.#sns.publish({ TopicArn, ...input }, call),
      );
      return MessageId;
    });
  }

  async toQueue(name: string, message: OutgoingMessage, signal: AbortSignal): Promise<SendReceipt> {
    const channel = `queue ${name}`;
    const delayed = message.options?.["delay"] as Duration | undefined;
    const input = {
      MessageBody: textOf(message.body, channel),
      MessageAttributes: toAwsAttributes(message.attributes),
      ...(delayed !== undefined && { DelaySeconds: wholeSeconds(delayed, "delay") }),
      ...grouping(name, channel, message),
    };
    return await this.#send(name, channel, async () => {
      const { MessageId = "" } = await this.#addresses.onQueue(name, signal, (QueueUrl, call) =>
        this.#sqs.sendMessage({ QueueUrl, ...input }, call),
      );
      return MessageId;
    });
  }

  /** What is known of a message that has this id now. */
  receipt(id: string): SendReceipt {
    const reached = this.#accounting?.reached?.(id);
    return { id, ...(reached !== undefined && { reached }) };
  }

  async #send(name: string, channel: string, call: () => Promise<string>): Promise<SendReceipt> {
    let id: string;
    try {
      id = await call();
    } catch (cause) {
      if (wantsDeduplicationId(cause)) throw wakefulError("DEDUPLICATION_ID_MISSING", { channel }, { cause });
      throw cause;
    }
    const duplicate = isFifo(name) && this.#sentIds.has(id);
    if (isFifo(name)) this.#remember(id);
    return { ...this.receipt(id), ...(duplicate && { duplicate }) };
  }

  #remember(id: string): void {
    this.#sentIds.add(id);
    if (this.#sentIds.size > rememberedIds) this.#sentIds.delete(this.#sentIds.values().next().value as string);
  }
}

function textOf(body: unknown, channel: string): string {
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(body);
    } catch (cause) {
      throw wakefulError(
        "ENCODING_FAILED",
        { channel, codec: "UTF-8 text, which is all that SNS and SQS carry" },
        { cause },
      );
    }
  }
  throw wakefulError("ENCODING_FAILED", { channel, codec: "text" });
}

/** Whoever loses the type, as in a name that is computed, is told before anything goes over the wire. */
function grouping(name: string, channel: string, { key, options }: OutgoingMessage): Grouping {
  if (isFifo(name) && (key === undefined || key === "")) throw wakefulError("GROUP_MISSING", { channel });
  const deduplicationId = options?.["deduplicationId"];
  if (deduplicationId !== undefined) checkArgument(`deduplicationId of send to ${channel}`, deduplicationId, text);
  return {
    ...(key !== undefined && { MessageGroupId: key }),
    ...(typeof deduplicationId === "string" && { MessageDeduplicationId: deduplicationId }),
  };
}
