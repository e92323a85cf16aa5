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
