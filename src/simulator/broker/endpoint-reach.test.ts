import { expect, test } from "vitest";
import { EndpointReach } from "./endpoint-reach.ts";
import { Origin } from "./origin.ts";
import type { TopicSubscription } from "./topic.ts";

test("an endpoint counts while one of the deliveries to it has not failed, and no other stops counting with it", () => {
  const origin = new Origin("m");
  origin.reached = 2;
  const reach = new EndpointReach(origin);
  const [one, other] = [{} as TopicSubscription, {} as TopicSubscription];
  for (const subscription of [one, other, one]) reach.begun(subscription);
  reach.failed(one);
  expect(origin).toMatchObject({ reached: 2, missed: false });
  reach.failed(one);
  expect(origin).toMatchObject({ reached: 1, missed: true });
  reach.failed(other);
  expect(origin.reached).toBe(0);
});
