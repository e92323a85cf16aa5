import type { MessageInspection, QueueInspection } from "../simulator/index.ts";
import { escapeText, redactText } from "../text/index.ts";
import { formatDuration } from "../time/index.ts";
import { table } from "./table.ts";

const bodyShown = 100;
const messagesShown = 50;

/** What is told of each queue where all are asked for. */
export type QueueCounts = Omit<QueueInspection, "messages">;

/** The counts of all queues, as a table. */
export function queuesTable(queues: readonly QueueCounts[]): string {
  if (queues.length === 0) return "There are no queues.";
  return table([
    ["queue", "ready", "delayed", "in flight", "polls"],
    ...queues.map(({ name, ready, delayed, inFlight, polls }) => [
      name,
      ...[ready, delayed, inFlight, polls].map(String),
    ]),
  ]);
}

/** One queue's messages, of which only the first may have been sent. */
export function messagesTable({ name, ready, delayed, inFlight, messages }: QueueInspection): string {
  if (messages.length === 0) return `${name} is empty.`;
  const rows = messages
    .slice(0, messagesShown)
    .map((message) => [
      message.id.slice(0, 8),
      message.state,
      String(message.receives),
      message.visibleIn > 0 ? formatDuration(message.visibleIn) : "",
      bodyOf(message),
    ]);
  const more = ready + delayed + inFlight - rows.length;
  return `${table([["message", "state", "receives", "visible in", "body"], ...rows])}${more > 0 ? `\n… and ${more} more` : ""}`;
}

function bodyOf({ body }: MessageInspection): string {
  const line = escapeText(redactText((unwrapped(body) ?? body).replace(/\s+/g, " ")));
  return line.length > bodyShown ? `${line.slice(0, bodyShown)}…` : line;
}

/** What SNS has wrapped up for a subscription that is not raw: "placed: …"; undefined for other bodies. */
function unwrapped(body: string): string | undefined {
  if (!body.startsWith('{"Type":"Notification"')) return undefined;
  try {
    const { TopicArn, Message } = JSON.parse(body) as { TopicArn?: unknown; Message?: unknown };
    if (typeof TopicArn !== "string" || typeof Message !== "string") return undefined;
    return `${TopicArn.slice(TopicArn.lastIndexOf(":") + 1)}: ${Message}`;
  } catch {
    // it only looks like one
    return undefined;
  }
}
