import type { VerdictError } from "../errors.ts";
import { failure } from "./failure.ts";
import type { ScopeCore } from "./scope-core.ts";

/** The failure of a death that no wait was there to see. `what`: where it was noticed. */
export function deathFailure(scope: ScopeCore, what: string, detail: string): VerdictError {
  // no line of a test did it
  return failure(scope, { code: "SYSTEM_EXITED", detail, what, startedAt: scope.openedAt, origin: "" });
}
