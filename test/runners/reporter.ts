import { readFileSync, writeFileSync } from "node:fs";

/** What a run of Vitest came to, as the spec looks at it. */
export interface RunReport {
  readonly files: readonly ReportedFile[];
  /** Messages of errors that belong to no test. */
  readonly unhandled: readonly string[];
}

export interface ReportedFile {
  /** Without folder and extension. */
  readonly name: string;
  readonly state: string;
  /** Of the file itself: what its hooks threw. */
  readonly errors: readonly ReportedError[];
  readonly tests: readonly ReportedTest[];
}

export interface ReportedTest {
  readonly name: string;
  readonly state: string;
  readonly errors: readonly ReportedError[];
  readonly meta: Readonly<Record<string, unknown>>;
  readonly annotations: readonly {
    readonly type: string;
    readonly message: string;
    readonly contentType: string;
    readonly body: string;
  }[];
}

export interface ReportedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  /** Vitest's own diff, without colours. */
  readonly diff?: string;
  /** The source text of the first frame. */
  readonly line?: string;
  readonly cause?: string;
}

interface VitestError {
  readonly name?: string;
  readonly message: string;
  readonly code?: string;
  readonly diff?: string;
  readonly stack?: string;
  readonly cause?: VitestError;
}

interface TestCase {
  readonly fullName: string;
  result(): { readonly state: string; readonly errors?: readonly VitestError[] };
  meta(): Readonly<Record<string, unknown>>;
  annotations(): readonly {
    type: string;
    message: string;
    attachment?: { contentType?: string; body?: string; bodyEncoding?: string };
  }[];
}

interface TestModule {
  readonly moduleId: string;
  state(): string;
  errors(): readonly VitestError[];
  readonly children: { allTests(): Iterable<TestCase> };
}

const colours = /\u001B\[\d+m/g;

/** A reporter of Vitest's, of both versions, that writes what a run came to into the file named by WAKEFUL_REPORT. */
export default class FileReporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly VitestError[]): void {
    const report: RunReport = {
      unhandled: unhandled.map(({ message }) => message),
      files: modules.map((module) => ({
        name: module.moduleId.replace(/^.*\/|\.fixture\.ts$/g, ""),
        state: module.state(),
        errors: module.errors().map(describe),
        tests: [...module.children.allTests()].map((test) => ({
          name: test.fullName,
          state: test.result().state,
          errors: (test.result().errors ?? []).map(describe),
          meta: test.meta(),
          annotations: test.annotations().map(({ type, message, attachment }) => ({
            type,
            message,
            contentType: attachment?.contentType ?? "",
            body:
              attachment?.bodyEncoding === "utf-8"
                ? (attachment.body ?? "")
                : Buffer.from(attachment?.body ?? "", "base64").toString(),
          })),
        })),
      })),
    };
    const path = process.env["WAKEFUL_REPORT"];
    if (path !== undefined) writeFileSync(path, JSON.stringify(report));
  }
}

function describe(error: VitestError): ReportedError {
  const { name = "", message, code, diff, stack = "", cause } = error;
  const frame = /(\/[^():]+):(\d+):\d+/.exec(stack.slice(stack.indexOf("\n    at ")));
  const line =
    frame?.[1] === undefined ? undefined : readFileSync(frame[1], "utf8").split("\n")[Number(frame[2]) - 1]?.trim();
  return {
    name,
    message,
    ...(code !== undefined && { code }),
    ...(diff !== undefined && { diff: diff.replaceAll(colours, "") }),
    ...(line !== undefined && { line }),
    ...(cause !== undefined && { cause: cause.message }),
  };
}
