import { codecMutants } from "./codec-mutants.ts";
import { harnessMutants } from "./harness-mutants.ts";
import type { Mutant } from "./mutant.ts";
import { serviceMutants } from "./service-mutants.ts";
import { simulatorMutants } from "./simulator-mutants.ts";
import { transportMutants } from "./transport-mutants.ts";
import { wrongUseMutants } from "./wrong-use-mutants.ts";

/** Every fault that `npm run falsify` plants. */
export const allMutants: readonly Mutant[] = [
  ...serviceMutants,
  ...harnessMutants,
  ...codecMutants,
  ...transportMutants,
  ...simulatorMutants,
  ...wrongUseMutants,
];
