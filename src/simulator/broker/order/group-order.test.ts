import { expect, test } from "vitest";
import { ManualClock } from "../../../../test/support/manual-clock.ts";
import { defaultSettings } from "../../aws/sqs/attributes.ts";
import { VirtualClock } from "../../virtual-clock.ts";
import { Broker } from "../broker.ts";
import type { StoredMessage } from "../message.ts";
import type { Queue } from "../queue.ts";
import { randomOf } from "../random.ts";

const caller = new AbortController();
const groups = ["a", "b", "c", "d"];

interface Expected {
  readonly body: string;
  readonly group: string;
  inFlight: boolean;
}

/** What a FIFO queue hands out, said in the simplest words: the oldest group of which nothing is in flight, then the next. */
function expectedReceive(messages: readonly Expected[], max: number): Expected[] {
  const taken: Expected[] = [];
  const blocked = new Set(messages.filter(({ inFlight }) => inFlight).map(({ group }) => group));
  for (const { group } of messages) {
    if (blocked.has(group)) continue;
    blocked.add(group);
    taken.push(...messages.filter((message) => message.group === group).slice(0, max - taken.length));
  }
  return taken;
}

async function receive(queue: Queue, max: number): Promise<StoredMessage[]> {
  return await queue.receive({ max, wait: 0, visibility: 30_000, caller });
}

test.for([1, 2, 3, 4, 5])(
  "2,000 random sends, receives, deletes and returns go as a simple model says: seed %i",
  async (seed) => {
    const random = randomOf(String(seed));
    const upTo = (count: number) => Math.floor(random() * count);
    const broker = new Broker(new VirtualClock(new ManualClock()), "eu-west-1");
    const queue = broker.createQueue("queue.fifo", defaultSettings());
    let model: Expected[] = [];
    const inFlight = new Map<string, StoredMessage>();
    for (let step = 0; step < 2_000; step++) {
      const dice = random();
      const [body, held] = [...inFlight][upTo(inFlight.size)] ?? [];
      const known = model.find((each) => each.body === body);
      if (dice < 0.4) {
        const message = { body: String(step), group: groups[upTo(groups.length)] ?? "", inFlight: false };
        model.push(message);
        broker.send(queue, { body: message.body, attributes: {}, groupId: message.group });
      } else if (dice < 0.7) {
        const max = 1 + upTo(10);
        const expected = expectedReceive(model, max);
        const received = await receive(queue, max);
        expect(received.map((each) => each.body)).toEqual(expected.map((each) => each.body));
        for (const each of expected) each.inFlight = true;
        for (const each of received) inFlight.set(each.body, each);
      } else if (held !== undefined && known !== undefined) {
        if (dice < 0.9) {
          queue.delete(held);
          model = model.filter((each) => each !== known);
        } else {
          queue.changeVisibility(held, 0);
          known.inFlight = false;
        }
        inFlight.delete(held.body);
      }
    }
    expect(queue.tally.total).toEqual({
      delayed: 0,
      ready: model.filter((each) => !each.inFlight).length,
      "in flight": inFlight.size,
    });
  },
);
