import { expect, test } from "vitest";
import type { MessageInspection, QueueInspection } from "../simulator/index.ts";
import { messagesTable, queuesTable } from "./inspect.ts";

const message = (body: string, rest: Partial<MessageInspection> = {}): MessageInspection => ({
  id: "3f2a91c0-1111",
  body,
  state: "ready",
  receives: 0,
  visibleIn: 0,
  ...rest,
});
const queue = (messages: readonly MessageInspection[], rest: Partial<QueueInspection> = {}): QueueInspection => ({
  name: "orders",
  arn: "arn:aws:sqs:eu-west-1:000000000000:orders",
  ready: messages.length,
  delayed: 0,
  inFlight: 0,
  polls: 0,
  seed: undefined,
  messages,
  ...rest,
});
/** The row of a message with that body. */
const row = (body: string, rest?: Partial<MessageInspection>) =>
  messagesTable(queue([message(body, rest)])).split("\n")[1];

test("a message is a row", () => {
  expect(row('{\n  "id": 1\n}', { state: "in flight", receives: 2, visibleIn: 1_500 })).toMatch(
    /^3f2a91c0 {2}in flight {2}2 +1.5 s +\{ "id": 1 \}$/,
  );
});

test("a body steers no terminal, shows no secret, and is cut", () => {
  expect(row("\u001b[2J\u0007")).not.toMatch(/\p{Cc}/u);
  expect(row('{"password":"hunter2"}')).not.toContain("hunter2");
  expect(row("x".repeat(5_000))).toMatch(/ x{100}…$/);
});

test("of what SNS has wrapped up the message is shown, with its topic", () => {
  const envelope = { Type: "Notification", MessageId: "1", TopicArn: "arn:aws:sns:eu-west-1:000000000000:placed" };
  expect(row(JSON.stringify({ ...envelope, Message: '{"order_id":7}' }))).toMatch(/ placed: \{"order_id":7\}$/);
  expect(row(JSON.stringify(envelope))).toContain('{"Type":"Notification"');
  expect(row('{"Type":"Notification" cut')).toContain('{"Type":"Notification" cut');
});

test("of many messages the first are shown, and how many more there are", () => {
  const messages = Array.from({ length: 60 }, () => message("x"));
  // the simulator sends the first ones only
  const lines = messagesTable(queue(messages, { ready: 4_000, inFlight: 1 })).split("\n");
  expect(lines).toHaveLength(52);
  expect(lines.at(-1)).toBe("… and 3951 more");
});

test("nothing is told as such", () => {
  expect(messagesTable(queue([]))).toBe("orders is empty.");
  expect(queuesTable([])).toBe("There are no queues.");
});
