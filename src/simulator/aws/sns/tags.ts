import type { Topic } from "../../broker/topic.ts";
import { AwsError } from "../aws-error.ts";
import { items } from "../query.ts";
import type { Actions } from "./call.ts";
import { invalid } from "./errors.ts";
import { resourceOf } from "./find.ts";
import { pairs } from "./input.ts";

const mostTags = 50;
const longestKey = 128;
const longestValue = 256;

export const tagActions: Actions = {
  TagResource(input, call) {
    addTags(resourceOf(input, call), pairs(input["Tags"], "Key", "Value"));
    return {};
  },

  UntagResource(input, call) {
    const topic = resourceOf(input, call);
    for (const key of items(input["TagKeys"])) if (typeof key === "string") topic.tags.delete(key);
    return {};
  },

  ListTagsForResource(input, call) {
    return { Tags: [...resourceOf(input, call).tags].map(([Key, Value]) => ({ Key, Value })) };
  },
};

/** All tags, or none when one is not good. */
export function addTags(topic: Topic, tags: readonly (readonly [string, string])[]): void {
  if (new Set(tags.map(([key]) => key)).size !== tags.length)
    throw invalid("Tags Reason: Duplicated keys are not allowed.");
  const bad = tags.find(([key, value]) => key === "" || key.length > longestKey || value.length > longestValue);
  if (bad !== undefined) throw invalid("Tags Reason: a key has 1 to 128 characters, a value 256 at most");
  if (new Set([...topic.tags.keys(), ...tags.map(([key]) => key)]).size > mostTags)
    throw new AwsError("TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded");
  for (const [key, value] of tags) topic.tags.set(key, value);
}
