import { randomUUID } from "node:crypto";
import type { Answer } from "../http/answer.ts";
import { AwsError } from "../aws-error.ts";
import { checkForm, errorXml, escapeXml, type Form, stepsOf } from "../query.ts";
import type { SqsCall } from "./call.ts";
import { missing } from "./errors.ts";
import { isObject } from "../is-object.ts";
import { type Input } from "./input.ts";
import { notValid, runSqs } from "./run.ts";

/** Of SQS in the query protocol, which tells it from SNS. */
export const sqsVersion = "2012-11-05";

const contentType = "text/xml";
const namespace = `http://queue.amazonaws.com/doc/${sqsVersion}/`;
const numbers = new Set([
  "DelaySeconds",
  "MaxNumberOfMessages",
  "MaxNumberOfMessagesPerSecond",
  "MaxResults",
  "VisibilityTimeout",
  "WaitTimeSeconds",
]);

/** AWS answers them at the service's own address only. */
const notOnQueues = new Set(["CreateQueue", "ListQueues"]);

interface FlatMap {
  readonly name: string;
  readonly key: string;
  readonly value: string;
}

/** Maps of the JSON protocol, and how the query protocol names their entries: `Attribute.1.Name`, `Tag.1.Key`. */
const maps: Readonly<Record<string, FlatMap>> = {
  Attributes: { name: "Attribute", key: "Name", value: "Value" },
  MessageAttributes: { name: "MessageAttribute", key: "Name", value: "Value" },
  MessageSystemAttributes: { name: "MessageSystemAttribute", key: "Name", value: "Value" },
  Tags: { name: "Tag", key: "Key", value: "Value" },
};
/** Lists of the JSON protocol, and the name of their items. Those of a batch are named after its action. */
const requestLists: Readonly<Record<string, string>> = {
  AttributeNames: "AttributeName",
  MessageAttributeNames: "MessageAttributeName",
  MessageSystemAttributeNames: "MessageSystemAttributeName",
  TagKeys: "TagKey",
};
const answerLists: Readonly<Record<string, string>> = {
  QueueUrls: "QueueUrl",
  queueUrls: "QueueUrl",
  Messages: "Message",
  Results: "ListMessageMoveTasksResultEntry",
  Failed: "BatchResultErrorEntry",
};

/** The query protocol of old: parameters in a form, the answer in XML. `path` is the queue's own, if not "/". */
export async function answerQuery(form: Form, path: string, call: SqsCall): Promise<Answer> {
  const action = form.parameters.get("Action") ?? "";
  try {
    checkForm(form);
    if (path !== "/" && notOnQueues.has(action)) throw notValid(action);
    if (action === "") throw new AwsError("MissingAction", "The request must contain the parameter Action.");
    const input = readForm(form);
    const result = await runSqs(action, { ...(path !== "/" && { QueueUrl: path.replace(/\/$/, "") }), ...input }, call);
    const inner = toXml(result, action);
    return answerOf(200, `${action}Response`, [
      inner === "" ? "" : element(`${action}Result`, inner),
      element("ResponseMetadata", requestId()),
    ]);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { queryCode: code, message } = error;
    return { ...queryError(error), refusal: { request: action, code, message } };
  }
}

export function queryError(error: AwsError): Answer {
  return { status: error.status, contentType, body: errorXml(namespace, error) };
}

function answerOf(status: number, root: string, parts: readonly string[]): Answer {
  const body = `<?xml version="1.0"?><${root} xmlns="${namespace}">${parts.join("")}</${root}>`;
  return { status, contentType, body };
}

function requestId(): string {
  return element("RequestId", randomUUID());
}

/** A form's dotted names as a tree: `Tag.1.Key=a` is {Tag: {1: {Key: "a"}}}. */
interface Tree {
  [name: string]: string | Tree;
}

/** Reads a form into what the JSON protocol would have carried. */
function readForm({ parameters }: Form): Input {
  const root = newTree();
  for (const [name, value] of parameters) {
    const steps = stepsOf(name);
    const last = steps.pop() ?? "";
    let place = root;
    for (const step of steps) {
      const inner = place[step];
      place = typeof inner === "object" ? inner : (place[step] = newTree());
    }
    place[last] = value;
  }
  return structure(root);
}

function structure(tree: Tree): Input {
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => parameter(name, value)));
}

function parameter(name: string, value: string | Tree): [string, unknown] {
  if (typeof value === "string") return [name, numbers.has(name) && /^-?\d+$/.test(value) ? Number(value) : value];
  if (name.endsWith("BatchRequestEntry")) {
    return ["Entries", numbered(value).map((entry) => (typeof entry === "string" ? entry : structure(entry)))];
  }
  const list = Object.entries(requestLists).find(([, item]) => item === name)?.[0];
  if (list !== undefined) return [list, numbered(value)];
  const map = Object.entries(maps).find(([, each]) => each.name === name);
  if (map === undefined) return [name, structure(value)];
  const [json, { key, value: valueName }] = map;
  const entries = numbered(value).map((entry): [string, unknown] => {
    const { [key]: entryKey, [valueName]: entryValue } = typeof entry === "string" ? newTree() : entry;
    if (typeof entryKey !== "string") throw missing(`${name}.${key}`);
    return [entryKey, typeof entryValue === "object" ? structure(entryValue) : (entryValue ?? "")];
  });
  return [json, Object.fromEntries(entries)];
}

/** The items of a list, in the order of their numbers. */
function numbered(tree: Tree): (string | Tree)[] {
  return Object.entries(tree)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, item]) => item);
}

/** Without a prototype: names come from outside. */
function newTree(): Tree {
  return Object.create(null) as Tree;
}

function toXml(value: unknown, action: string): string {
  if (!isObject(value)) return escapeXml(String(value));
  return Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .map(([name, part]) => member(name, part, action))
    .join("");
}

function member(name: string, value: unknown, action: string): string {
  const map = maps[name];
  if (map !== undefined && isObject(value)) {
    return Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([key, part]) =>
        element(map.name, element(map.key, escapeXml(key)) + element(map.value, toXml(part, action))),
      )
      .join("");
  }
  if (Array.isArray(value)) {
    const item = name === "Successful" ? `${action}ResultEntry` : (answerLists[name] ?? name);
    return value.map((part) => element(item, toXml(part, action))).join("");
  }
  return element(name, toXml(value, action));
}

function element(name: string, inner: string): string {
  return `<${name}>${inner}</${name}>`;
}
