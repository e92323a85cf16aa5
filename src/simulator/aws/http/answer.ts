/** An HTTP answer, before it is written. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Why the request was refused; undefined when it was not. */
  readonly refusal?: Refusal;
}

/** What is told of a request that was answered with an error. */
export interface Refusal {
  /** What was asked for, as far as that could be read: "SendMessage". */
  readonly request: string;
  readonly code: string;
  readonly message: string;
}
