import type { Broker } from "../../broker/broker.ts";
import type { QueueSettings } from "../../broker/queue-settings.ts";
import { type AwsError } from "../aws-error.ts";
import { invalid } from "./errors.ts";
import { isObject } from "../is-object.ts";
import { type Input } from "./input.ts";

const mostReceives = 1_000;
const mostSources = 10;
const permissions = ["allowAll", "denyAll", "byQueue"];

/** Reads a RedrivePolicy of the queue with this ARN: the dead-letter queue is there, of the same type, and allows it. */
export function parseRedrive(broker: Broker, queueArn: string, value: string): NonNullable<QueueSettings["redrive"]> {
  const refuse = (reason: string) => invalid("RedrivePolicy", value, reason);
  const policy = parseObject(value, refuse);
  for (const name of ["deadLetterTargetArn", "maxReceiveCount"]) {
    if (policy[name] === undefined) throw refuse(`Redrive policy does not contain mandatory attribute: ${name}.`);
  }
  const { deadLetterTargetArn: deadLetterArn, maxReceiveCount } = policy;
  const maxReceives = typeof maxReceiveCount === "string" ? Number(maxReceiveCount) : maxReceiveCount;
  if (
    typeof maxReceives !== "number" ||
    !Number.isInteger(maxReceives) ||
    maxReceives < 1 ||
    maxReceives > mostReceives
  ) {
    throw refuse(
      `Invalid value for maxReceiveCount: ${JSON.stringify(maxReceiveCount)}, valid values are from 1 to ${mostReceives} both inclusive.`,
    );
  }
  if (typeof deadLetterArn !== "string") throw refuse("deadLetterTargetArn is not an ARN.");
  const target = broker.queueByArn(deadLetterArn);
  if (target === undefined) throw refuse("Dead letter target does not exist.");
  if (target.fifo !== queueArn.endsWith(".fifo"))
    throw refuse("Dead letter target must be of the same type of queue as the source.");
  const allow = target.given.get("RedriveAllowPolicy");
  if (allow !== undefined && allow !== "" && !allows(allow, queueArn))
    throw refuse("Dead letter target does not allow this source queue: see its RedriveAllowPolicy.");
  return { deadLetterArn, maxReceives };
}

/** Checks a RedriveAllowPolicy. */
export function checkRedriveAllow(value: string): void {
  const refuse = (reason: string) => invalid("RedriveAllowPolicy", value, reason);
  const { redrivePermission: permission, sourceQueueArns: sources } = parseObject(value, refuse);
  if (typeof permission !== "string" || !permissions.includes(permission))
    throw refuse(`redrivePermission must be one of ${permissions.join(", ")}.`);
  if (permission !== "byQueue") {
    if (sources !== undefined) throw refuse("sourceQueueArns can be given only when redrivePermission is byQueue.");
    return;
  }
  if (!Array.isArray(sources) || sources.length === 0 || sources.length > mostSources)
    throw refuse(`sourceQueueArns must list 1 to ${mostSources} ARNs.`);
}

function allows(policy: string, queueArn: string): boolean {
  const { redrivePermission, sourceQueueArns } = JSON.parse(policy) as Input;
  if (redrivePermission === "byQueue") return Array.isArray(sourceQueueArns) && sourceQueueArns.includes(queueArn);
  return redrivePermission === "allowAll";
}

function parseObject(value: string, refuse: (reason: string) => AwsError): Input {
  let policy: unknown;
  try {
    policy = JSON.parse(value);
  } catch {
    throw refuse("The policy is not valid JSON.");
  }
  if (!isObject(policy)) throw refuse("The policy is not a JSON object.");
  return policy;
}
