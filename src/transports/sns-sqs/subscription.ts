import { wakefulError } from "../../errors.ts";
import * as kind from "../../kinds.ts";
import type { OptionKinds } from "../../options.ts";

/** Which messages of a topic a subscription gets. */
export interface FilterOptions {
  /** As AWS has it: `{ kind: ["new"] }`. Default: all messages. */
  readonly filterPolicy?: Readonly<Record<string, unknown>>;
  /** What the policy looks at. Default: the attributes. */
  readonly filterPolicyScope?: "MessageAttributes" | "MessageBody";
}

/** As SNS takes it. */
export function filterAttributes({ filterPolicy, filterPolicyScope }: FilterOptions): Record<string, string> {
  return {
    ...(filterPolicy !== undefined && { FilterPolicy: JSON.stringify(filterPolicy) }),
    ...(filterPolicyScope !== undefined && { FilterPolicyScope: filterPolicyScope }),
  };
}

/** For reports: '{"kind":["new"]} on the body'. Undefined where nothing is filtered. */
export function describeFilter({ filterPolicy, filterPolicyScope }: FilterOptions): string | undefined {
  if (filterPolicy === undefined) return undefined;
  return `${JSON.stringify(filterPolicy)}${filterPolicyScope === "MessageBody" ? " on the body" : ""}`;
}

export const filterKinds: OptionKinds<FilterOptions> = {
  filterPolicy: {
    expected: 'an object that JSON has a form for, with a list for each name: { kind: ["new"] }',
    accepts: (value) => typeof value === "object" && value !== null && !Array.isArray(value) && hasJson(value),
  },
  filterPolicyScope: kind.oneOf("MessageAttributes", "MessageBody"),
};

/** A scope of no policy would filter nothing. */
export function checkFilter(of: string, { filterPolicy, filterPolicyScope }: FilterOptions): void {
  if (filterPolicyScope === undefined || filterPolicy !== undefined) return;
  const expected = "filterPolicy beside it: it says what the policy looks at";
  throw wakefulError("INVALID_OPTION", { of, option: "filterPolicyScope", value: `"${filterPolicyScope}"`, expected });
}

/** What SNS said to a subscription, as an error of ours where it is about its filter; itself otherwise. */
export function explainFilter(error: unknown, topic: string, filter: FilterOptions): unknown {
  if (!(error instanceof Error) || filter.filterPolicy === undefined) return error;
  const about =
    /^(InvalidParameter|FilterPolicyLimitExceeded)/.test(error.name) && /filter ?policy/i.test(error.message);
  if (!about) return error;
  const policy = JSON.stringify(filter.filterPolicy);
  return wakefulError("FILTER_POLICY_REFUSED", { topic, policy, reason: error.message }, { cause: error });
}

function hasJson(value: object): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    // a BigInt, or a cycle
    return false;
  }
}
