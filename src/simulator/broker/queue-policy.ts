type Json = Readonly<Record<string, unknown>>;

/** Who asks for what: a topic that wants to send to a queue. */
export interface SendRequest {
  readonly topicArn: string;
  readonly queueArn: string;
  readonly account: string;
}

const service = "sns.amazonaws.com";
const action = "sqs:SendMessage";

const operators: Readonly<Record<string, (wanted: string, actual: string) => boolean>> = {
  StringEquals: (wanted, actual) => wanted === actual,
  StringEqualsIgnoreCase: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(),
  StringLike: like,
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: (wanted, actual) => wanted.toLowerCase() === actual,
};

/**
 * Whether a queue's policy lets a topic send to it: some statement allows it, and none denies it. What is not understood (an
 * operator, a key that SNS does not send) never allows.
 */
export function allowsTopic(policy: string | undefined, request: SendRequest): boolean {
  if (policy === undefined || policy === "") return false;
  let statements: readonly unknown[];
  try {
    statements = listOf((JSON.parse(policy) as { readonly Statement?: unknown } | null)?.Statement);
  } catch {
    return false;
  }
  const applying = statements.filter((each): each is Json => isObject(each) && applies(each, request));
  return applying.some(({ Effect }) => Effect === "Allow") && !applying.some(({ Effect }) => Effect === "Deny");
}

function applies(statement: Json, request: SendRequest): boolean {
  return (
    either(statement, "Principal", (principals) => namesService(principals)) &&
    either(statement, "Action", (actions) =>
      textsOf(actions).some((each) => like(each.toLowerCase(), action.toLowerCase())),
    ) &&
    either(statement, "Resource", (resources) => textsOf(resources).some((each) => like(each, request.queueArn))) &&
    conditionsHold(statement["Condition"], request)
  );
}

/** An element, or its opposite: `Action` or `NotAction`. */
function either(statement: Json, name: string, holds: (value: unknown) => boolean): boolean {
  if (statement[name] !== undefined) return holds(statement[name]);
  const opposite = statement[`Not${name}`];
  return opposite !== undefined && !holds(opposite);
}

function namesService(principal: unknown): boolean {
  if (principal === "*") return true;
  if (!isObject(principal)) return false;
  return (
    textsOf(principal["Service"]).some((each) => each === service || each === "*") ||
    textsOf(principal["AWS"]).includes("*")
  );
}

function conditionsHold(condition: unknown, request: SendRequest): boolean {
  if (condition === undefined) return true;
  if (!isObject(condition)) return false;
  const context = new Map([
    ["aws:sourcearn", request.topicArn],
    ["aws:sourceaccount", request.account],
    ["aws:principalservicename", service],
    ["aws:securetransport", "true"],
  ]);
  return Object.entries(condition).every(
    ([operator, tests]) =>
      isObject(tests) &&
      Object.entries(tests).every(([key, wanted]) => holds(operator, textsOf(wanted), context.get(key.toLowerCase()))),
  );
}

function holds(operator: string, wanted: readonly string[], actual: string | undefined): boolean {
  const optional = operator.endsWith("IfExists");
  const base = optional ? operator.slice(0, -"IfExists".length) : operator;
  const negated = /^(String|Arn)Not/.test(base);
  const positive = base.replace(/^(String|Arn)Not/, "$1");
  const test = Object.hasOwn(operators, positive) ? operators[positive] : undefined;
  if (test === undefined) return false;
  if (actual === undefined) return optional || negated;
  return wanted.some((each) => test(each, actual)) !== negated;
}

/** `*` stands for any characters and `?` for one. */
function like(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(text);
}

/** As `like`, each part between the colons by itself. */
function arnLike(pattern: string, arn: string): boolean {
  const [wanted, actual] = [partsOf(pattern), partsOf(arn)];
  return wanted.length === actual.length && wanted.every((part, index) => like(part, actual[index] ?? ""));
}

function partsOf(arn: string): readonly string[] {
  const parts = arn.split(":");
  return [...parts.slice(0, 5), parts.slice(5).join(":")];
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function textsOf(value: unknown): readonly string[] {
  return listOf(value).map(String);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
