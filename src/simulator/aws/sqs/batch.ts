import { AwsError } from "../aws-error.ts";
import { prefixed } from "./errors.ts";
import { isObject } from "../is-object.ts";
import { type Input, list } from "./input.ts";

const mostEntries = 10;
const idForm = /^[A-Za-z0-9_-]{1,80}$/;

/** The entries of a batch: one to ten, each with an id of its own. `type` is their name in AWS's words. */
export function batch(input: Input, type: string): readonly Input[] {
  const entries = list(input, "Entries").map((entry) => (isObject(entry) ? entry : {}));
  if (entries.length === 0) throw prefixed("EmptyBatchRequest", `There should be at least one ${type} in the request.`);
  if (entries.length > mostEntries) {
    throw prefixed(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are ${mostEntries}. You have sent ${entries.length}.`,
    );
  }
  const ids = new Set<string>();
  for (const { Id: id } of entries) {
    if (typeof id !== "string" || !idForm.test(id)) {
      throw prefixed(
        "InvalidBatchEntryId",
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
      );
    }
    if (ids.has(id)) throw prefixed("BatchEntryIdsNotDistinct", `Id ${id} repeated.`);
    ids.add(id);
  }
  return entries;
}

/** Runs a batch: what fails is told entry by entry, and hurts no other. */
export function eachOf(entries: readonly Input[], run: (entry: Input) => object): object {
  const successful: object[] = [];
  const failed: object[] = [];
  for (const entry of entries) {
    try {
      successful.push(Object.assign({ Id: entry["Id"] }, run(entry)));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed.push({ Id: entry["Id"], SenderFault: true, Code: error.queryCode, Message: error.message });
    }
  }
  return { Successful: successful, Failed: failed };
}
