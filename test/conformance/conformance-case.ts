import type { Endpoint } from "./endpoint.ts";

/** One thing that AWS does, tried on an endpoint by unmodified SDKs or by raw HTTP. */
export interface ConformanceCase {
  /** What is checked, as a sentence; unique among all cases. */
  readonly title: string;
  /** A few words of AWS's documentation that it rests on, and where they stand; or "inferred" from what AWS was seen to do. */
  readonly source: Source | "inferred";
  /** How long it lets time pass, ms. Without a clock to move, only cases of 2 s at most are run. */
  readonly passes?: number;
  readonly run: (aws: Endpoint) => Promise<void>;
}

export interface Source {
  readonly quote: string;
  /** The page's file name: "API_ReceiveMessage", "sqs-fifo-queues". */
  readonly page: string;
}

/** Cases on one subject: a section of the table. */
export interface ConformanceGroup {
  readonly subject: string;
  readonly cases: readonly ConformanceCase[];
}
