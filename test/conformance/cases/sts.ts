import { expect } from "vitest";
import type { ConformanceGroup } from "../conformance-case.ts";

const Version = "2011-06-15";

export const sts: ConformanceGroup = {
  subject: "STS: whose account it is",
  cases: [
    {
      title: "GetCallerIdentity tells the account that queues and topics belong to",
      source: {
        quote: "account ID number of the account that owns or contains the calling entity",
        page: "API_GetCallerIdentity",
      },
      async run(aws) {
        const [queue, topic] = [await aws.queue(), await aws.topic()];
        const { status, body } = await aws.query({ Action: "GetCallerIdentity", Version });
        expect(status).toBe(200);
        const result = /<GetCallerIdentityResult>(.*)<\/GetCallerIdentityResult>/s.exec(body)?.[1] ?? "";
        const account = /<Account>(\d{12})<\/Account>/.exec(result)?.[1] ?? "none";
        expect([queue.arn.split(":")[4], topic.split(":")[4]]).toEqual([account, account]);
        expect(result).toMatch(new RegExp(`<Arn>arn:aws:iam::${account}:`));
        expect(result).toMatch(/<UserId>[^<]+<\/UserId>/);
      },
    },
    {
      title: "an action that STS does not know is refused",
      source: { quote: "The action or operation requested is invalid", page: "CommonErrors" },
      async run(aws) {
        const { status, body } = await aws.query({ Action: "Fly", Version });
        expect([status, /<Code>([^<]*)<\/Code>/.exec(body)?.[1]]).toEqual([400, "InvalidAction"]);
      },
    },
  ],
};
