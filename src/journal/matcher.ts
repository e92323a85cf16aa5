/** A matcher of an assertion library, such as `expect.any(String)`: it judges by itself. */
export interface AsymmetricMatcher {
  asymmetricMatch(value: unknown): unknown;
}

export function isMatcher(value: unknown): value is AsymmetricMatcher {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { asymmetricMatch?: unknown }).asymmetricMatch === "function"
  );
}

/** What `objectContaining`, `arrayContaining` and `arrayOf` of Vitest and Jest were given; undefined for other matchers. */
export function containedIn(
  matcher: AsymmetricMatcher,
): { readonly name: string; readonly sample: unknown } | undefined {
  const name = nameOf(matcher);
  return /^(Not)?(Object|Array)(Not)?(Containing|Of)$/.test(name)
    ? { name, sample: (matcher as { sample?: unknown }).sample }
    : undefined;
}

function nameOf(matcher: AsymmetricMatcher): string {
  const { toString } = matcher as { toString?: unknown };
  return typeof toString === "function" ? String(toString.call(matcher)) : "";
}

/** Whether a matcher accepts a value. `refuse` is called, and throws, when it answers with anything but true or false. */
export function ask(matcher: AsymmetricMatcher, value: unknown, refuse: (problem: string) => never): boolean {
  const answer = matcher.asymmetricMatch(value);
  if (typeof answer === "boolean") return answer;
  if (!isThenable(answer)) return refuse(`a matcher that answers with ${typeof answer} instead of true or false`);
  // nobody else will look at it
  void Promise.resolve(answer).catch(() => undefined);
  return refuse("a matcher that answers with a promise, which would accept everything");
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
