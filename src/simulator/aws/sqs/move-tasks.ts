import type { Queue } from "../../broker/queue.ts";
import { MoveTask } from "../../broker/move-task.ts";
import type { Actions, SqsCall } from "./call.ts";
import { invalid, noSuchResource, unsupported } from "./errors.ts";
import { isObject } from "../is-object.ts";
import { type Input, number, optionalText, text } from "./input.ts";

export const moveTaskActions: Actions = {
  StartMessageMoveTask(input, call) {
    const { broker } = call;
    const source = sourceOf(input, call);
    const destinationArn = optionalText(input, "DestinationArn");
    const rate = number(input, "MaxNumberOfMessagesPerSecond", 1, 500);
    if (broker.sourcesOf(source).length === 0)
      throw invalid("SourceArn", source.arn, "Source queue must be configured as a Dead Letter Queue.");
    if (destinationArn !== undefined) {
      const destination = broker.queueByArn(destinationArn);
      if (destination === undefined) throw noSuchResource("DestinationArn");
      if (destination === source)
        throw invalid(
          "DestinationArn",
          destinationArn,
          "Source queue arn and destination queue arn cannot be the same.",
        );
      if (destination.fifo !== source.fifo)
        throw invalid("DestinationArn", destinationArn, "Source and destination queues must be of the same type.");
    }
    if (source.moveTasks.some(({ status }) => status === "RUNNING")) {
      throw unsupported(
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
      );
    }
    const task = new MoveTask({ broker, source, destinationArn, rate });
    source.addMoveTask(task);
    return { TaskHandle: handleOf(task, source) };
  },

  CancelMessageMoveTask(input, call) {
    const handle = text(input, "TaskHandle");
    const { taskId, sourceArn } = readHandle(handle);
    const source = call.broker.queueByArn(sourceArn);
    if (source === undefined) throw noSuchResource("SourceArn");
    const task = source.moveTasks.find(({ id }) => id === taskId);
    if (task === undefined) throw noSuchResource("TaskHandle");
    if (task.status !== "RUNNING") throw unsupported("Only a task that is running can be cancelled.");
    task.cancel();
    return { ApproximateNumberOfMessagesMoved: task.moved };
  },

  ListMessageMoveTasks(input, call) {
    const source = sourceOf(input, call);
    const most = number(input, "MaxResults", 1, 10) ?? 1;
    const latest = source.moveTasks.slice(0, most);
    return { Results: latest.map((task) => render(task, source)) };
  },
};

function render(task: MoveTask, source: Queue): object {
  return {
    ...(task.status === "RUNNING" && { TaskHandle: handleOf(task, source) }),
    Status: task.status,
    SourceArn: source.arn,
    ...(task.destinationArn !== undefined && { DestinationArn: task.destinationArn }),
    ...(task.rate !== undefined && { MaxNumberOfMessagesPerSecond: task.rate }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    ...(task.failure !== undefined && { FailureReason: task.failure }),
    StartedTimestamp: Math.floor(task.startedAt),
  };
}

function sourceOf(input: Input, { broker }: SqsCall): Queue {
  const source = broker.queueByArn(text(input, "SourceArn"));
  if (source === undefined) throw noSuchResource("SourceArn");
  return source;
}

function handleOf({ id }: MoveTask, source: Queue): string {
  return Buffer.from(JSON.stringify({ taskId: id, sourceArn: source.arn })).toString("base64");
}

function readHandle(handle: string): { taskId: string; sourceArn: string } {
  try {
    const value: unknown = JSON.parse(Buffer.from(handle, "base64").toString());
    if (isObject(value) && typeof value["taskId"] === "string" && typeof value["sourceArn"] === "string")
      return { taskId: value["taskId"], sourceArn: value["sourceArn"] };
  } catch {
    // not a handle of ours: refused below
  }
  throw invalid("TaskHandle", handle, "The task handle is not valid.");
}
