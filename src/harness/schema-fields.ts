import type { StandardSchema } from "../contracts/index.ts";
import { placeOf, shapeOf } from "../journal/index.ts";

type Node = Readonly<Record<string, unknown>>;

/** A field that a match asks for, where the schema tells all fields that there are. */
interface ToldField {
  readonly path: string;
  readonly exists: boolean;
  /** All that there are. */
  readonly known: readonly string[];
}

const roots = new WeakMap<StandardSchema, { readonly root: Node | undefined }>();

/**
 * A field of a match that no payload has, by the channel's schema. Undefined where there is none, and where the schema does
 * not tell: one without Standard JSON Schema (https://standardschema.dev), or whose objects may have other fields too.
 */
export function fieldNotInSchema(schema: StandardSchema, match: unknown): ToldField | undefined {
  return toldFields(schema, match).find(({ exists }) => !exists);
}

/** The fields of a match that payloads can have, by the channel's schema: "customer.name". Not those that it says nothing of. */
export function fieldsInSchema(schema: StandardSchema, match: unknown): ReadonlySet<string> {
  return new Set(toldFields(schema, match).flatMap(({ exists, path }) => (exists ? [path] : [])));
}

function toldFields(schema: StandardSchema, match: unknown): readonly ToldField[] {
  let known = roots.get(schema);
  if (known === undefined) roots.set(schema, (known = { root: jsonSchemaOf(schema) }));
  const { root } = known;
  return root === undefined ? [] : [...fieldsAt(match, [root], root, "")];
}

function jsonSchemaOf(schema: StandardSchema): Node | undefined {
  // zod's option: a date has no form in JSON Schema, and the fields beside it would not be told either
  for (const options of [{ libraryOptions: { unrepresentable: "any" } }, {}]) {
    try {
      return schema["~standard"].jsonSchema?.output({ target: "draft-2020-12", ...options });
    } catch {
      // not everything has a form in JSON Schema, and another library may refuse zod's option
    }
  }
  return undefined;
}

/** `nodes`: all schemas that a value at this place may follow. */
function* fieldsAt(match: unknown, nodes: readonly unknown[], root: Node, path: string): Generator<ToldField> {
  const shape = shapeOf(match);
  if (shape !== "object" && shape !== "array") return;
  const parts = nodes.flatMap((node) => [...partsOf(node, shape, root)]);
  if (parts.includes("open") || parts.length === 0) return;
  const all = parts as Node[];
  if (shape === "array") {
    const elements = all.flatMap((each) => Object.values(each));
    for (const [index, part] of (match as unknown[]).entries())
      yield* fieldsAt(part, elements, root, placeOf(path, index));
    return;
  }
  const known = [...new Set(all.flatMap((each) => Object.keys(each)))];
  for (const [key, part] of Object.entries(match as object)) {
    const place = placeOf(path, key);
    const below = all.flatMap((each) => (Object.hasOwn(each, key) ? [each[key]] : []));
    yield { path: place, exists: below.length > 0, known };
    yield* fieldsAt(part, below, root, place);
  }
}

/** The fields of each object, or the elements of each list, that a schema allows; "open" for one that may have any. */
function* partsOf(of: unknown, shape: "object" | "array", root: Node): Generator<Node | "open"> {
  for (const node of choicesOf(of, root, new Set())) {
    if (!isNode(node)) yield "open";
    else if (typeof node["type"] === "string" && node["type"] !== shape) continue;
    else yield shape === "array" ? elementsOf(node) : propertiesOf(node);
  }
}

function propertiesOf({ type, allOf, properties = {}, patternProperties, additionalProperties }: Node): Node | "open" {
  const closed =
    type === "object" && allOf === undefined && patternProperties === undefined && additionalProperties === false;
  return closed && isNode(properties) ? properties : "open";
}

/** Whichever place each is for. */
function elementsOf({ prefixItems = [], items = true }: Node): Node | "open" {
  if (!Array.isArray(prefixItems)) return "open";
  const first: readonly unknown[] = prefixItems;
  return Object.fromEntries([...first, ...(items === false ? [] : [items])].entries());
}

/** The schemas of which a value follows one: references followed, unions taken apart. */
function* choicesOf(node: unknown, root: Node, seen: Set<unknown>): Generator {
  if (seen.has(node)) return;
  seen.add(node);
  if (!isNode(node)) return yield node;
  const { $ref, anyOf, oneOf } = node;
  const choices = anyOf ?? oneOf;
  if (typeof $ref === "string") return yield* choicesOf(resolve($ref, root), root, seen);
  if (!Array.isArray(choices)) return yield node;
  for (const choice of choices) yield* choicesOf(choice, root, seen);
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
