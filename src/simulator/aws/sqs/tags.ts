import { type Actions, queueOf } from "./call.ts";
import { missing } from "./errors.ts";
import { textMap, texts } from "./input.ts";

export const tagActions: Actions = {
  TagQueue(input, call) {
    const queue = queueOf(input, call);
    const tags = Object.entries(textMap(input, "Tags"));
    if (tags.length === 0) throw missing("Tags");
    for (const [key, value] of tags) queue.tags.set(key, value);
    return {};
  },

  UntagQueue(input, call) {
    const queue = queueOf(input, call);
    const keys = texts(input, "TagKeys");
    if (keys.length === 0) throw missing("TagKeys");
    for (const key of keys) queue.tags.delete(key);
    return {};
  },

  ListQueueTags(input, call) {
    const { tags } = queueOf(input, call);
    return tags.size === 0 ? {} : { Tags: Object.fromEntries(tags) };
  },
};
