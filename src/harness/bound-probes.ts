import { createProbes, type Probes } from "../probe/index.ts";
import { bareContext } from "./bare-context.ts";
import { currentScope } from "./current-scope.ts";

/** `probeUntil` and `probeDuring` that bind themselves to the scope of the test they run in; without one they only wait. */
export const boundProbes: Probes = createProbes(() => currentScope.getStore()?.probeContext() ?? bareContext);
