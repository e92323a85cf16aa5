import type { StandardSchema } from "../contracts/index.ts";
import { placeOf, shapeOf } from "../journal/index.ts";

type Node = Readonly<Record<string, unknown>>;

/** A field of a match that no payload can have, and those that there are in its place. */
interface UnknownField {
  readonly path: string;
  readonly known: readonly string[];
}

const known = new WeakMap<StandardSchema, { readonly root: Node | undefined }>();

/**
 * A field of a match that no payload has, by the channel's schema. Undefined where there is none, and where the schema does
 * not tell: one without Standard JSON Schema (https://standardschema.dev), or whose objects may have other fields too.
 */
export function fieldNotInSchema(schema: StandardSchema, match: unknown): UnknownField | undefined {
  const root = rootOf(schema);
  return root && strangerIn(match, [root], root, "");
}

/** Whether a schema tells all fields that there are, at the top. */
export function tellsItsFields(schema: StandardSchema): boolean {
  const root = rootOf(schema);
  return root !== undefined && ![...objectsOf(root, root, new Set())].includes("open");
}

function rootOf(schema: StandardSchema): Node | undefined {
  let told = known.get(schema);
  if (told === undefined) known.set(schema, (told = { root: jsonSchemaOf(schema) }));
  return told.root;
}

function jsonSchemaOf(schema: StandardSchema): Node | undefined {
  try {
    return schema["~standard"].jsonSchema?.output({ target: "draft-2020-12" });
  } catch {
    // not everything has a form in JSON Schema, a date has none
    return undefined;
  }
}

function strangerIn(match: unknown, nodes: readonly unknown[], root: Node, path: string): UnknownField | undefined {
  if (shapeOf(match) !== "object") return undefined;
  const objects = nodes.flatMap((node) => [...objectsOf(node, root, new Set())]);
  if (objects.includes("open") || objects.length === 0) return undefined;
  const fields = objects as Node[];
  for (const [key, part] of Object.entries(match as object)) {
    const place = placeOf(path, key);
    const parts = fields.flatMap((each) => (Object.hasOwn(each, key) ? [each[key]] : []));
    if (parts.length === 0) return { path: place, known: [...new Set(fields.flatMap((each) => Object.keys(each)))] };
    const deeper = strangerIn(part, parts, root, place);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

/** The fields of each object that a schema allows, or "open" for one that may have any. */
function* objectsOf(node: unknown, root: Node, seen: Set<unknown>): Generator<Node | "open"> {
  if (seen.has(node)) return;
  seen.add(node);
  if (!isNode(node)) return yield "open";
  const { $ref, anyOf, oneOf, allOf, type, properties = {}, patternProperties, additionalProperties } = node;
  const choices = anyOf ?? oneOf;
  if (typeof $ref === "string") return yield* objectsOf(resolve($ref, root), root, seen);
  if (Array.isArray(choices)) {
    for (const choice of choices) yield* objectsOf(choice, root, seen);
    return;
  }
  if (typeof type === "string" && type !== "object") return;
  const closed =
    type === "object" && allOf === undefined && patternProperties === undefined && additionalProperties === false;
  yield closed && isNode(properties) ? properties : "open";
}

/** What "#/$defs/Order" refers to; undefined where it cannot be followed. */
function resolve(reference: string, root: Node): unknown {
  const [start, ...steps] = reference.split("/");
  if (start !== "#") return undefined;
  return steps.reduce<unknown>(
    (node, step) => (isNode(node) ? node[step.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined),
    root,
  );
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
