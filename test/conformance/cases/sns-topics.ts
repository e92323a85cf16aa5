import { expect } from "vitest";
import type { ConformanceGroup } from "../conformance-case.ts";
import { refused } from "../endpoint.ts";

export const snsTopics: ConformanceGroup = {
  subject: "SNS: topics",
  cases: [
    {
      title: "creating a topic again returns the same ARN",
      source: { quote: "topic's ARN is returned without creating a new topic", page: "API_CreateTopic" },
      async run(aws) {
        const name = aws.fresh("topic");
        const arn = await aws.topic({}, name);
        expect(arn).toMatch(new RegExp(`^arn:aws:sns:${aws.region}:\\d{12}:${name}$`));
        expect(await aws.topic({}, name)).toBe(arn);
      },
    },
    {
      title: "creating a topic again with other attributes is refused",
      source: "inferred",
      async run(aws) {
        const name = aws.fresh("topic");
        await aws.topic({ DisplayName: "one" }, name);
        await refused(
          aws.topic({ DisplayName: "two" }, name),
          "InvalidParameterException",
          /already exists with different attributes/,
        );
      },
    },
    {
      title: "a topic's name has letters, digits, hyphens and underscores only",
      source: {
        quote: "only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens",
        page: "API_CreateTopic",
      },
      async run(aws) {
        await refused(aws.topic({}, "a b"), "InvalidParameterException", /Topic/);
        await refused(aws.topic({}, "a.b"), "InvalidParameterException", /Topic/);
      },
    },
    {
      title: "a topic's name has at most 256 characters",
      source: { quote: "must be between 1 and 256 characters long", page: "API_CreateTopic" },
      async run(aws) {
        await refused(aws.topic({}, "a".repeat(257)), "InvalidParameterException");
      },
    },
    {
      title: "a FIFO topic's name ends with .fifo",
      source: { quote: "the name must end with the .fifo suffix", page: "API_CreateTopic" },
      async run(aws) {
        await refused(aws.topic({ FifoTopic: "true" }), "InvalidParameterException", /must end with .fifo/);
      },
    },
    {
      title: "a topic is told its attributes and tells them",
      source: { quote: "The number of confirmed subscriptions for the topic", page: "API_GetTopicAttributes" },
      async run(aws) {
        const TopicArn = await aws.topic();
        await aws.subscribe(TopicArn, await aws.queue());
        await aws.sns.setTopicAttributes({ TopicArn, AttributeName: "DisplayName", AttributeValue: "a <name>" });
        const { Attributes } = await aws.sns.getTopicAttributes({ TopicArn });
        expect(Attributes).toMatchObject({
          TopicArn,
          DisplayName: "a <name>",
          SubscriptionsConfirmed: "1",
          SubscriptionsPending: "0",
        });
      },
    },
    {
      title: "a topic's delivery policy is told with the system's defaults",
      source: {
        quote: "effective delivery policy, taking system defaults into account",
        page: "API_GetTopicAttributes",
      },
      async run(aws) {
        const TopicArn = await aws.topic({
          DeliveryPolicy: JSON.stringify({ http: { defaultHealthyRetryPolicy: { numRetries: 5 } } }),
        });
        const { Attributes = {} } = await aws.sns.getTopicAttributes({ TopicArn });
        expect(JSON.parse(Attributes["EffectiveDeliveryPolicy"] ?? "{}")).toMatchObject({
          http: { defaultHealthyRetryPolicy: { numRetries: 5, minDelayTarget: 20, maxDelayTarget: 20 } },
        });
      },
    },
    {
      title: "an attribute that no topic has is refused",
      source: "inferred",
      async run(aws) {
        const TopicArn = await aws.topic();
        await refused(
          aws.sns.setTopicAttributes({ TopicArn, AttributeName: "Colour", AttributeValue: "red" }),
          "InvalidParameterException",
          /AttributeName/,
        );
      },
    },
    {
      title: "a topic that does not exist is NotFound",
      source: { quote: "Indicates that the requested resource does not exist", page: "API_GetTopicAttributes" },
      async run(aws) {
        const TopicArn = `${await aws.topic()}-not`;
        await refused(aws.sns.getTopicAttributes({ TopicArn }), "NotFoundException", /Topic does not exist/);
        await refused(aws.sns.publish({ TopicArn, Message: "x" }), "NotFoundException", /Topic does not exist/);
      },
    },
    {
      title: "what is no ARN is an invalid parameter",
      source: "inferred",
      async run(aws) {
        await refused(aws.sns.publish({ TopicArn: "topic", Message: "x" }), "InvalidParameterException", /TopicArn/);
      },
    },
    {
      title: "deleting a topic deletes its subscriptions; deleting it again is no error",
      source: {
        quote: "deleting a topic that does not exist does not result in an error",
        page: "API_DeleteTopic",
      },
      async run(aws) {
        const TopicArn = await aws.topic();
        const SubscriptionArn = await aws.subscribe(TopicArn, await aws.queue());
        await aws.sns.deleteTopic({ TopicArn });
        await aws.sns.deleteTopic({ TopicArn });
        await refused(aws.sns.getTopicAttributes({ TopicArn }), "NotFoundException");
        await refused(aws.sns.getSubscriptionAttributes({ SubscriptionArn }), "NotFoundException");
      },
    },
    {
      title: "topics are listed in pages of 100",
      source: { quote: "Each call returns a limited list of topics, up to 100", page: "API_ListTopics" },
      async run(aws) {
        const made = await Promise.all(Array.from({ length: 101 }, () => aws.topic()));
        const found: string[] = [];
        let NextToken: string | undefined;
        let largest = 0;
        do {
          const page = await aws.sns.listTopics(NextToken === undefined ? {} : { NextToken });
          const arns = (page.Topics ?? []).map(({ TopicArn = "" }) => TopicArn);
          largest = Math.max(largest, arns.length);
          found.push(...arns);
          NextToken = page.NextToken;
        } while (NextToken !== undefined);
        expect(largest).toBe(100);
        expect(found).toEqual(expect.arrayContaining(made));
        await Promise.all(made.map((TopicArn) => aws.sns.deleteTopic({ TopicArn })));
      },
    },
    {
      title: "tags are given, changed, listed and taken away",
      source: {
        quote: "A new tag with a key identical to that of an existing tag overwrites",
        page: "API_TagResource",
      },
      async run(aws) {
        const ResourceArn = await aws.topic();
        await aws.sns.tagResource({
          ResourceArn,
          Tags: [
            { Key: "a", Value: "1" },
            { Key: "b", Value: "2" },
          ],
        });
        await aws.sns.tagResource({ ResourceArn, Tags: [{ Key: "a", Value: "3" }] });
        await aws.sns.untagResource({ ResourceArn, TagKeys: ["b"] });
        expect((await aws.sns.listTagsForResource({ ResourceArn })).Tags).toEqual([{ Key: "a", Value: "3" }]);
      },
    },
    {
      title: "a topic has at most 50 tags",
      source: { quote: "Can't add more than 50 tags to a topic", page: "API_TagResource" },
      async run(aws) {
        const ResourceArn = await aws.topic();
        const Tags = Array.from({ length: 51 }, (_, index) => ({ Key: String(index), Value: "" }));
        await refused(aws.sns.tagResource({ ResourceArn, Tags }), "TagLimitExceededException");
      },
    },
    {
      title: "tags of a topic that does not exist are not found",
      source: { quote: "Make sure that the resource exists", page: "API_ListTagsForResource" },
      async run(aws) {
        const ResourceArn = `${await aws.topic()}-not`;
        await refused(aws.sns.listTagsForResource({ ResourceArn }), "ResourceNotFoundException");
      },
    },
    {
      title: "an action that is not known is refused in the form of the query protocol",
      source: "inferred",
      async run(aws) {
        const { status, body } = await aws.query({ Action: "DoNothing", Version: "2010-03-31" });
        expect(status).toBe(400);
        expect(body).toMatch(/<Error><Type>Sender<\/Type><Code>InvalidAction<\/Code>/);
      },
    },
  ],
};
