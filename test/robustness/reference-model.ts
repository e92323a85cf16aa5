/** What SQS is, as simply as it can be said: a queue is messages, each with a state. Time stands still. */
interface ModelMessage {
  state: "ready" | "delayed" | "in flight";
  receives: number;
  readonly receipts: Set<string>;
}

interface ModelQueue {
  visibility: number;
  delay: number;
  readonly messages: Map<string, ModelMessage>;
}

type Fields = Readonly<Record<string, unknown>>;

/** One message as both the model and the simulator can say it. */
export type MessageLine = `${string} ${ModelMessage["state"]} ${number}`;

/** Follows what succeeded, from each request and its answer alone. */
export class ReferenceModel {
  readonly #queues = new Map<string, ModelQueue>();

  /** The messages of all queues, sorted. */
  lines(): Readonly<Record<string, readonly MessageLine[]>> {
    return Object.fromEntries(
      [...this.#queues].map(([name, { messages }]) => [
        name,
        [...messages].map(([id, { state, receives }]): MessageLine => `${id} ${state} ${receives}`).toSorted(),
      ]),
    );
  }

  /** A request that was answered with 200. */
  succeeded(action: string, input: Fields, output: Fields): void {
    const name = typeof input["QueueUrl"] === "string" ? (input["QueueUrl"].split("/").at(-1) ?? "") : "";
    const queue = this.#queues.get(name);
    switch (action) {
      case "CreateQueue":
        this.#create(String(input["QueueName"]), fieldsOf(input["Attributes"]));
        return;
      case "DeleteQueue":
        this.#queues.delete(name);
        return;
      case "SetQueueAttributes":
        if (queue) this.#configure(queue, fieldsOf(input["Attributes"]));
        return;
      case "PurgeQueue":
        queue?.messages.clear();
        return;
      case "SendMessage":
        if (queue) this.#send(queue, input, output);
        return;
      case "SendMessageBatch":
        for (const [entry, result] of pairsOf(input, output)) if (queue) this.#send(queue, entry, result);
        return;
      case "ReceiveMessage":
        if (queue) this.#receive(queue, input, output);
        return;
      case "DeleteMessage":
        if (queue) this.#delete(queue, input);
        return;
      case "DeleteMessageBatch":
        for (const [entry] of pairsOf(input, output)) if (queue) this.#delete(queue, entry);
        return;
      case "ChangeMessageVisibility":
        if (queue) this.#change(queue, input);
        return;
      case "ChangeMessageVisibilityBatch":
        for (const [entry] of pairsOf(input, output)) if (queue) this.#change(queue, entry);
    }
  }

  #create(name: string, attributes: Fields): void {
    // creating one that is there already changes nothing
    if (this.#queues.has(name)) return;
    const queue: ModelQueue = { visibility: 30, delay: 0, messages: new Map() };
    this.#configure(queue, attributes);
    this.#queues.set(name, queue);
  }

  #configure(queue: ModelQueue, attributes: Fields): void {
    queue.visibility = secondsOf(attributes["VisibilityTimeout"]) ?? queue.visibility;
    queue.delay = secondsOf(attributes["DelaySeconds"]) ?? queue.delay;
  }

  #send(queue: ModelQueue, input: Fields, output: Fields): void {
    const delay = secondsOf(input["DelaySeconds"]) ?? queue.delay;
    queue.messages.set(String(output["MessageId"]), {
      state: delay > 0 ? "delayed" : "ready",
      receives: 0,
      receipts: new Set(),
    });
  }

  #receive(queue: ModelQueue, input: Fields, output: Fields): void {
    const visibility = secondsOf(input["VisibilityTimeout"]) ?? queue.visibility;
    for (const { MessageId, ReceiptHandle } of listOf(output["Messages"])) {
      const message = queue.messages.get(String(MessageId));
      if (message?.state !== "ready") throw new Error(`received ${String(MessageId)}, which is ${message?.state}`);
      message.receives++;
      // the last one is what counts
      message.receipts.clear();
      message.receipts.add(String(ReceiptHandle));
      if (visibility > 0) message.state = "in flight";
    }
  }

  #delete(queue: ModelQueue, input: Fields): void {
    for (const [id, { receipts }] of queue.messages) {
      if (receipts.has(String(input["ReceiptHandle"]))) queue.messages.delete(id);
    }
  }

  #change(queue: ModelQueue, input: Fields): void {
    for (const message of queue.messages.values()) {
      if (!message.receipts.has(String(input["ReceiptHandle"]))) continue;
      message.state = secondsOf(input["VisibilityTimeout"]) === 0 ? "ready" : "in flight";
    }
  }
}

function secondsOf(value: unknown): number | undefined {
  const seconds = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof seconds === "number" && Number.isFinite(seconds) ? seconds : undefined;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? (value as readonly Fields[]) : [];
}

/** The entries of a batch that succeeded, each with its result. */
function pairsOf(input: Fields, output: Fields): (readonly [Fields, Fields])[] {
  const entries = listOf(input["Entries"]);
  return listOf(output["Successful"]).map((result) => [entries.find(({ Id }) => Id === result["Id"]) ?? {}, result]);
}
