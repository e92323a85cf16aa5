/** What was told: a simulator for each test would say the same again and again. */
const told = new Set<string>();

/**
 * Tells people, on a green run too: the app gets here what it would not get on AWS. By Node's own warnings, which
 * `--disable-warning` with the code turns off.
 */
export function warnOfPolicy(topic: string, queue: string, problem: string): void {
  const text =
    `topic ${topic} delivers to queue ${queue}, which ${problem}: AWS would not deliver. Allow the topic sqs:SendMessage in the queue's policy. ` +
    "startAwsSimulator({ strictPolicies: true }), or wakeful up --strict-policies, holds to policies as AWS does.";
  if (told.has(text)) return;
  told.add(text);
  process.emitWarning(text, { type: "WakefulWarning", code: "WAKEFUL_QUEUE_POLICY" });
}
