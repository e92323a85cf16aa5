import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import type { AwsSimulator } from "wakeful/aws-simulator";

/** The service's table, seen past the service. */
export function tableOf(simulator: AwsSimulator) {
  const name = "customers";
  const db = DynamoDBDocument.from(new DynamoDB(simulator.config));
  return {
    name,
    db,
    /** The rows that have this value in this field. */
    async rows(where: Readonly<Record<string, string>>): Promise<Record<string, unknown>[]> {
      const [[field, value] = []] = Object.entries(where);
      const { Items = [] } = await db.scan({
        TableName: name,
        FilterExpression: "#field = :value",
        ExpressionAttributeNames: { "#field": String(field) },
        ExpressionAttributeValues: { ":value": value },
        ConsistentRead: true,
      });
      return Items;
    },
  };
}
