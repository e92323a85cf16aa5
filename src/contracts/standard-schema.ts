/**
 * The part of Standard Schema (https://standardschema.dev, version 1) that Wakeful calls. zod, valibot and arktype
 * schemas fit it as they are.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** Standard JSON Schema, of schemas that have it: which fields a payload can have. It may throw. */
    readonly jsonSchema?: { readonly output: (options: JsonSchemaOptions) => Record<string, unknown> };
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

interface JsonSchemaOptions {
  readonly target: string;
  /** Of the library's own. */
  readonly libraryOptions?: Record<string, unknown>;
}

/** What a schema says of a value: the parsed value, or the issues. */
export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

/** One thing that a schema found wrong. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a schema accepts: the type of a payload to send. */
export type InferInput<S extends StandardSchema> = NonNullable<S["~standard"]["types"]>["input"];

/** What a schema returns: the type of a received payload. */
export type InferOutput<S extends StandardSchema> = NonNullable<S["~standard"]["types"]>["output"];
