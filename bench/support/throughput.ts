import type { Load } from "./load.ts";
import { type Request, sqs } from "./raw-connection.ts";

interface Message {
  readonly ReceiptHandle: string;
}

const bodyOf = (number: number) => `{"order_id":"${number}"}`;

/** Messages a second, one a request. */
export async function sendRate(load: Load, QueueUrl: string, count: number): Promise<number> {
  let sent = 0;
  const began = performance.now();
  await load.run(() => (++sent > count ? undefined : sqs("SendMessage", { QueueUrl, MessageBody: bodyOf(sent) })));
  return rate(count, began);
}

/** Messages a second, ten a request. */
export async function sendBatchRate(load: Load, QueueUrl: string, count: number): Promise<number> {
  let sent = 0;
  const began = performance.now();
  await load.run(() => {
    if (sent >= count) return undefined;
    const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: String(index), MessageBody: bodyOf(++sent) }));
    return sqs("SendMessageBatch", { QueueUrl, Entries });
  });
  return rate(count, began);
}

/** Messages received and deleted a second, one a request, until the queue is empty. */
export async function receiveRate(load: Load, QueueUrl: string, count: number): Promise<number> {
  return await drainRate(load, QueueUrl, { count, most: 1 }, ([message]) =>
    sqs("DeleteMessage", { QueueUrl, ReceiptHandle: message?.ReceiptHandle }),
  );
}

/** Messages received and deleted a second, ten a request, until the queue is empty. */
export async function receiveBatchRate(load: Load, QueueUrl: string, count: number): Promise<number> {
  return await drainRate(load, QueueUrl, { count, most: 10 }, (messages) => {
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    return sqs("DeleteMessageBatch", { QueueUrl, Entries });
  });
}

/** Each connection receives up to `most` messages and deletes them, in turns. All `count` must come. */
async function drainRate(
  load: Load,
  QueueUrl: string,
  { count, most }: { readonly count: number; readonly most: number },
  remove: (messages: readonly Message[]) => Request,
): Promise<number> {
  let received = 0;
  const receive = sqs("ReceiveMessage", { QueueUrl, MaxNumberOfMessages: most });
  const asked = new Set<number>();
  const began = performance.now();
  await load.run((connection, answer): Request | undefined => {
    if (!asked.delete(connection)) {
      asked.add(connection);
      return receive;
    }
    const { Messages = [] } = JSON.parse(answer) as { Messages?: readonly Message[] };
    if (Messages.length === 0) return undefined;
    received += Messages.length;
    return remove(Messages);
  });
  const measured = rate(received, began);
  if (received !== count) throw new Error(`${received} messages came instead of ${count}`);
  return measured;
}

function rate(count: number, began: number): number {
  return (count / (performance.now() - began)) * 1_000;
}
