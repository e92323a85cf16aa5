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
