import type { TestContext } from "node:test";
import type { Declarations, Harness, Scope } from "wakeful";

/**
 * Runs a test in a scope of the harness, by hand: what `wakeful/vitest` does for Vitest. Closing the scope is a check; of a
 * test that has failed already nothing more is reported.
 */
export function scoped<D extends Declarations>(
  harness: () => Harness<D>,
  body: (scope: Scope<D>, test: TestContext) => Promise<void>,
): (test: TestContext) => Promise<void> {
  return async (test) => {
    const scope = harness().scope(test.fullName);
    try {
      await scope.run(() => body(scope, test));
    } catch (error) {
      await scope.close({ failed: true });
      throw error;
    }
    await scope.close();
  };
}
