import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { arrived } from "../broker/message.ts";
import { Origin } from "../broker/origin.ts";
import { systemClock } from "../../time/index.ts";
import { ActiveFault, type FaultOwner } from "./fault.ts";
import { PlaceFaults } from "./place-faults.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
const owner: FaultOwner = {
  now: () => 0,
  tell: () => undefined,
  isForeign: () => false,
  broke: () => undefined,
  undo: () => undefined,
};

function handedOut(id: string) {
  const arrival = { id, origin: new Origin(id), sequence: 1, sentAt: 0, deduplicationId: undefined };
  return { ...arrived({ body: id, attributes: {} }, "", arrival), receives: 1 };
}

test("a copy that leaves its queue without having been received is forgotten, and the message with it", async () => {
  const faults = new PlaceFaults("orders");
  faults.add("duplicate", new ActiveFault("duplicate", {}, owner, handedOut), 0);
  const left = Array.from({ length: 20 }, (_, number) => {
    const message = handedOut(`left ${number}`);
    expect(faults.taken(message).again).toMatchObject({ id: message.id });
    return new WeakRef(message);
  });
  const { again: kept } = faults.taken(handedOut("kept"));
  // what a WeakRef was made of in this turn stays until its end
  await systemClock.turn();
  collectGarbage();
  expect(left.filter((each) => each.deref() !== undefined)).toEqual([]);
  // a copy makes no copies
  expect(kept && faults.taken(kept).again).toBeUndefined();
});
