import type { ConformanceGroup } from "../conformance-case.ts";
import { sqsVisibility } from "./sqs-visibility.ts";

/** All cases, in the order of the table in docs/conformance.md. */
export const groups: readonly ConformanceGroup[] = [sqsVisibility];
