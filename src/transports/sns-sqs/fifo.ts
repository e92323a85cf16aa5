/** What tells FIFO topics and queues apart, on AWS too. */
export const fifoSuffix = ".fifo";

export function isFifo(name: string): boolean {
  return name.endsWith(fifoSuffix);
}
