import type { VerdictError } from "../errors.ts";
import { failure } from "./failure.ts";
import type { ScopeCore } from "./scope-core.ts";

const codes = { "its predicate threw": "FAULT_WRONG", "it missed": "FAULT_MISSED" } as const;

/** Faults that the test injected and that prove nothing. To be asked when the scope's brokers know that it is over. */
export function failedFaults(scope: ScopeCore): VerdictError[] {
  return scope.faults.takeFailures().map(({ why, name, text, origin, cause }) =>
    failure(scope, {
      code: codes[why],
      detail: `${name}: ${text}`,
      what: `the end of the scope "${scope.name}"`,
      startedAt: scope.openedAt,
      origin,
      ...(cause !== undefined && { cause }),
    }),
  );
}
