import type { TestContext } from "vitest";
import { VerdictError } from "../../errors.ts";
import { type Evidence, renderJson } from "../../report/index.ts";

/** What a failed test bears in `task.meta.wakeful`, where reporters find it: Vitest's JSON reporter writes it out. */
export interface FailureMeta {
  readonly code: string;
  readonly headline: string;
  readonly evidence: unknown;
}

/** The type of the annotations, which reporters print above them. */
const attached = "attached";

/** Attaches the report and the evidence of red verdicts to the test that they failed. */
export async function attachEvidence(
  error: unknown,
  task: TestContext["task"],
  annotate: TestContext["annotate"],
): Promise<void> {
  for (const verdict of verdictsIn(error)) {
    const evidence = verdict.facts["evidence"] as Evidence | undefined;
    if (evidence === undefined) continue;
    const json = renderJson(evidence);
    const meta = task.meta as { wakeful?: FailureMeta[] };
    (meta.wakeful ??= []).push({
      code: verdict.code,
      headline: evidence.headline,
      evidence: JSON.parse(json) as unknown,
    });
    // Vitest takes annotations while a test runs only, and a soft assertion may have ended that before
    if (task.result?.state !== "run") continue;
    // Vitest shows these lines and not what is attached: they say what it is, and not that there is something to notice
    await annotate(`report of ${verdict.code}, as text`, attached, {
      body: verdict.message,
      bodyEncoding: "utf-8",
      contentType: "text/plain",
    });
    await annotate(`evidence of ${verdict.code}, as JSON`, attached, {
      body: json,
      bodyEncoding: "utf-8",
      contentType: "application/json",
    });
  }
}

function* verdictsIn(error: unknown): Generator<VerdictError> {
  // it grows while it is walked, and has each once: errors may cause each other
  const errors = new Set([error]);
  for (const each of errors) {
    if (each instanceof VerdictError) yield each;
    else if (each instanceof AggregateError) for (const part of each.errors) errors.add(part);
    // a time-out of Vitest's, and what it found waiting
    else if (each instanceof Error) errors.add(each.cause);
  }
}
