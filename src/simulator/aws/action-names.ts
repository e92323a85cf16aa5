import type { EndpointRequest } from "../faults/endpoint-faults-in-force.ts";
import { actionsOfDynalite, transactions } from "./dynamodb/actions.ts";
import { snsActions } from "./sns/actions.ts";
import { sqsActions } from "./sqs/actions.ts";

/** The actions of each service that the simulator knows, be it only to say that it has them not. */
export const actionNames: Readonly<Record<EndpointRequest["service"], readonly string[]>> = {
  sqs: Object.keys(sqsActions),
  sns: Object.keys(snsActions),
  dynamodb: [...actionsOfDynalite, ...transactions],
};
