export type Json = Readonly<Record<string, unknown>>;

export interface Reply {
  readonly status: number;
  readonly body: Json;
}

/** Has dynalite carry out one action. */
export type Ask = (action: string, input: Json) => Promise<Reply>;

/** Ends a request of several actions: what its caller is answered. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(String(reply.body["message"]));
    this.reply = reply;
  }
}

/** An error in DynamoDB's own terms. */
export function refused(code: string, message: string, more: Json = {}): Refused {
  const space = code === "ValidationException" ? "com.amazon.coral.validate" : "com.amazonaws.dynamodb.v20120810";
  return new Refused({ status: 400, body: { __type: `${space}#${code}`, message, ...more } });
}

/** The name of a reply's error: "ConditionalCheckFailedException"; "" where it has none. */
export function errorOf({ body: { __type: type } }: Reply): string {
  return typeof type === "string" ? type.slice(type.indexOf("#") + 1) : "";
}
