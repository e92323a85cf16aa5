interface Policy {
  readonly Version: string;
  readonly Statement: readonly unknown[];
}

/** The queue policy that lets a topic deliver to a queue, added to what the queue's policy allows already. */
export function allowTopic(queueArn: string, topicArn: string, before?: string): string {
  const statement = {
    Effect: "Allow",
    Principal: { Service: "sns.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: queueArn,
    Condition: { ArnEquals: { "aws:SourceArn": topicArn } },
  };
  const others = statementsOf(before).filter((other) => JSON.stringify(other) !== JSON.stringify(statement));
  return JSON.stringify({ Version: "2012-10-17", Statement: [...others, statement] } satisfies Policy);
}

function statementsOf(policy: string | undefined): readonly unknown[] {
  if (policy === undefined || policy === "") return [];
  const { Statement } = JSON.parse(policy) as { Statement?: unknown };
  return Array.isArray(Statement) ? (Statement as unknown[]) : [Statement];
}
