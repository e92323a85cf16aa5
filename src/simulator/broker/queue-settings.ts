/** What a queue's owner can set. */
export interface QueueSettings {
  /** Milliseconds, all of them. */
  visibility: number;
  delay: number;
  retention: number;
  receiveWait: number;
  /** Bytes. */
  largestMessage: number;
  redrive: { readonly deadLetterArn: string; readonly maxReceives: number } | undefined;
  /** Of FIFO queues. */
  contentBasedDeduplication: boolean;
  deduplicationScope: "queue" | "messageGroup";
}
