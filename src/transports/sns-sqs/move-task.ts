import { wakefulError } from "../../errors.ts";
import { type Clock, delay } from "../../time/index.ts";
import type { MoveTaskState, SqsClient } from "./client.ts";

const firstLook = 20;
const longestRest = 1_000;

export interface MoveTaskOptions {
  readonly sqs: SqsClient;
  readonly clock: Clock;
  readonly queue: string;
  readonly sourceArn: string;
  readonly destinationArn: string | undefined;
  readonly perSecond: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Starts a task of the broker's that moves a dead-letter queue's messages on, and waits until it has ended. Resolves to how
 * many it moved. When the signal aborts, the task is cancelled.
 */
export async function moveMessages(options: MoveTaskOptions): Promise<number> {
  const { sqs, clock, queue, sourceArn, destinationArn, perSecond, signal } = options;
  const call = { abortSignal: signal };
  const { TaskHandle } = await sqs.startMessageMoveTask(
    {
      SourceArn: sourceArn,
      ...(destinationArn !== undefined && { DestinationArn: destinationArn }),
      ...(perSecond !== undefined && { MaxNumberOfMessagesPerSecond: perSecond }),
    },
    call,
  );
  try {
    for (let rest = firstLook; ; rest = Math.min(longestRest, rest * 2)) {
      const { Results = [] } = await sqs.listMessageMoveTasks({ SourceArn: sourceArn, MaxResults: 1 }, call);
      const moved = endOf(queue, Results[0]);
      if (moved !== undefined) return moved;
      await delay(clock, rest, { signal });
    }
  } catch (error) {
    if (signal.aborted && TaskHandle !== undefined) {
      // it may have ended meanwhile; the abort is what to tell
      await sqs.cancelMessageMoveTask({ TaskHandle }).catch(() => undefined);
    }
    throw error;
  }
}

function endOf(queue: string, task: MoveTaskState | undefined): number | undefined {
  // one that was just started may not be listed yet
  if (task === undefined || task.Status === "RUNNING" || task.Status === "CANCELLING") return undefined;
  const moved = task.ApproximateNumberOfMessagesMoved ?? 0;
  if (task.Status === "COMPLETED") return moved;
  const { Status = "", FailureReason: reason = "no reason given" } = task;
  throw wakefulError("REDRIVE_FAILED", { queue, moved, status: Status, reason });
}
