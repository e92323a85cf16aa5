import { XmlMap } from "../query.ts";
import type { Actions } from "./call.ts";
import { invalid } from "./errors.ts";
import { topicOf } from "./find.ts";
import { optionalText, page, pairs, text } from "./input.ts";
import { addTags } from "./tags.ts";
import { setTopicAttribute, topicAttributesOf } from "./topic-attributes.ts";

const nameForm = /^[A-Za-z0-9_-]{1,256}$/;
const fifoSuffix = ".fifo";
const longestName = 256;
const nameRule =
  "must be made up of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.";

export const topicActions: Actions = {
  CreateTopic(input, call) {
    const { broker } = call;
    const name = text(input, "Name");
    const attributes = pairs(input["Attributes"], "key", "value");
    const tags = pairs(input["Tags"], "Key", "Value");
    checkName(name, new Map(attributes).get("FifoTopic"));
    const existing = [...broker.topics.values()].find((each) => each.name === name);
    if (existing !== undefined) {
      const current = new Map(topicAttributesOf(existing, call));
      if (attributes.some(([key, value]) => (current.get(key) ?? "") !== value))
        throw invalid("Attributes Reason: Topic already exists with different attributes");
      if (tags.some(([key, value]) => existing.tags.get(key) !== value))
        throw invalid("Tags Reason: Topic already exists with different tags");
      return { TopicArn: existing.arn };
    }
    const topic = broker.createTopic(name);
    try {
      for (const [key, value] of attributes) if (key !== "FifoTopic") setTopicAttribute(topic, key, value);
      addTags(topic, tags);
    } catch (error) {
      broker.deleteTopic(topic);
      throw error;
    }
    return { TopicArn: topic.arn };
  },

  DeleteTopic(input, { broker }) {
    const topic = broker.topics.get(text(input, "TopicArn"));
    // deleting one that does not exist is no error
    if (topic !== undefined) broker.deleteTopic(topic);
    return undefined;
  },

  ListTopics(input, { broker }) {
    const { shown, next } = page([...broker.topics.keys()], input);
    return { Topics: shown.map((arn) => ({ TopicArn: arn })), NextToken: next };
  },

  GetTopicAttributes(input, call) {
    return { Attributes: new XmlMap(topicAttributesOf(topicOf(input, call), call)) };
  },

  SetTopicAttributes(input, call) {
    setTopicAttribute(topicOf(input, call), text(input, "AttributeName"), optionalText(input, "AttributeValue") ?? "");
    return undefined;
  },
};

function checkName(name: string, fifoTopic: string | undefined): void {
  if (fifoTopic !== undefined && fifoTopic !== "true" && fifoTopic !== "false")
    throw invalid("Attributes Reason: FifoTopic must be true or false");
  const fifo = fifoTopic === "true";
  const base = fifo && name.endsWith(fifoSuffix) ? name.slice(0, -fifoSuffix.length) : name;
  if (fifo && !name.endsWith(fifoSuffix)) throw invalid(`Fifo Topic names must end with .fifo and ${nameRule}`);
  if (!nameForm.test(base) || name.length > longestName) throw invalid(`Topic names ${nameRule}`);
}
