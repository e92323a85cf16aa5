import { expect } from "vitest";
import type { ConformanceGroup, Source } from "../conformance-case.ts";
import { refused } from "../endpoint.ts";
import { HttpReceiver } from "../http-receiver.ts";

const formats = (quote: string): Source => ({ quote, page: "sns-message-and-json-formats" });
const retries = (quote: string): Source => ({ quote, page: "sns-message-delivery-retries" });
const second = 1_000;

export const snsHttp: ConformanceGroup = {
  subject: "SNS: HTTP endpoints",
  cases: [
    {
      title: "an HTTP endpoint is asked to confirm its subscription, and gets nothing before",
      source: formats("send notifications to this endpoint until the subscription is confirmed"),
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const TopicArn = await aws.topic();
        await receiver.invite(aws, TopicArn);
        await aws.sns.publish({ TopicArn, Message: "too early" });
        const [confirmation] = await receiver.take("SubscriptionConfirmation");
        expect(confirmation?.headers).toMatchObject({
          "x-amz-sns-topic-arn": TopicArn,
          "content-type": "text/plain; charset=UTF-8",
          "user-agent": "Amazon Simple Notification Service Agent",
        });
        const document = JSON.parse(confirmation?.body ?? "{}") as Record<string, string>;
        expect(document).toMatchObject({
          Type: "SubscriptionConfirmation",
          MessageId: confirmation?.headers["x-amz-sns-message-id"],
          TopicArn,
          Message: `You have chosen to subscribe to the topic ${TopicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
          SignatureVersion: "1",
        });
        const { Token = "" } = document;
        const { SubscriptionArn } = await aws.sns.confirmSubscription({ TopicArn, Token });
        expect(SubscriptionArn?.startsWith(`${TopicArn}:`)).toBe(true);
        await aws.sns.publish({ TopicArn, Message: "in time" });
        const [first] = await receiver.take("Notification");
        expect(JSON.parse(first?.body ?? "{}")).toMatchObject({ Message: "in time" });
      },
    },
    {
      title: "visiting the SubscribeURL confirms the subscription",
      source: formats("The URL that you must visit in order to confirm the subscription"),
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const TopicArn = await aws.topic();
        await receiver.invite(aws, TopicArn);
        const [confirmation] = await receiver.take("SubscriptionConfirmation");
        const { SubscribeURL } = JSON.parse(confirmation?.body ?? "{}") as { SubscribeURL: string };
        const answer = await fetch(SubscribeURL);
        expect(answer.status).toBe(200);
        expect(await answer.text()).toContain(`<ConfirmSubscriptionResult><SubscriptionArn>${TopicArn}:`);
        await aws.sns.publish({ TopicArn, Message: "x" });
        expect(await receiver.take("Notification")).toHaveLength(1);
      },
    },
    {
      title: "a subscription that waits for its confirmation is told as such",
      source: { quote: "true if the subscription hasn't been confirmed", page: "API_GetSubscriptionAttributes" },
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const TopicArn = await aws.topic();
        const { SubscriptionArn = "" } = await aws.sns.subscribe({
          TopicArn,
          Protocol: "http",
          Endpoint: receiver.url,
          ReturnSubscriptionArn: true,
        });
        const pending = await aws.sns.getSubscriptionAttributes({ SubscriptionArn });
        expect(pending.Attributes).toMatchObject({ PendingConfirmation: "true" });
        const listed = await aws.sns.listSubscriptionsByTopic({ TopicArn });
        expect(listed.Subscriptions).toMatchObject([{ SubscriptionArn: "PendingConfirmation", Protocol: "http" }]);
        const { Attributes } = await aws.sns.getTopicAttributes({ TopicArn });
        expect(Attributes).toMatchObject({ SubscriptionsPending: "1", SubscriptionsConfirmed: "0" });
      },
    },
    {
      title: "a token that SNS did not give is refused",
      source: {
        quote: "If the token is valid, the action creates a new subscription",
        page: "API_ConfirmSubscription",
      },
      async run(aws) {
        const TopicArn = await aws.topic();
        await refused(aws.sns.confirmSubscription({ TopicArn, Token: "x" }), "InvalidParameterException", /Token/);
      },
    },
    {
      title: "a token is valid for two days",
      source: { quote: "Confirmation tokens are valid for two days", page: "API_Subscribe" },
      passes: 172_801_000,
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const TopicArn = await aws.topic();
        await receiver.invite(aws, TopicArn);
        const [confirmation] = await receiver.take("SubscriptionConfirmation");
        const { Token } = JSON.parse(confirmation?.body ?? "{}") as { Token: string };
        await aws.pass(172_801_000);
        await refused(aws.sns.confirmSubscription({ TopicArn, Token }), "InvalidParameterException", /Token/);
      },
    },
    {
      title: "a notification has SNS's headers and its JSON document",
      source: formats("it sends a POST message with a number of Amazon SNS-specific header values"),
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const TopicArn = await aws.topic();
        const arn = await receiver.subscribe(aws, TopicArn);
        const { MessageId } = await aws.sns.publish({ TopicArn, Message: "<hello>", Subject: "a subject" });
        const [notification] = await receiver.take("Notification");
        expect(notification?.headers).toMatchObject({
          "x-amz-sns-message-type": "Notification",
          "x-amz-sns-message-id": MessageId,
          "x-amz-sns-topic-arn": TopicArn,
          "x-amz-sns-subscription-arn": arn,
        });
        expect(notification?.headers).not.toHaveProperty("x-amz-sns-rawdelivery");
        expect(JSON.parse(notification?.body ?? "{}")).toMatchObject({
          Type: "Notification",
          MessageId,
          Subject: "a subject",
          Message: "<hello>",
        });
      },
    },
    {
      title: "raw delivery to HTTP posts the message as it is, and says so in a header",
      source: {
        quote: "the HTTP header x-amz-sns-rawdelivery with its value set to true is added to the message",
        page: "sns-large-payload-raw-message-delivery",
      },
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const TopicArn = await aws.topic();
        await receiver.subscribe(aws, TopicArn, { RawMessageDelivery: "true" });
        await aws.sns.publish({ TopicArn, Message: "<hello>" });
        const [notification] = await receiver.take("Notification");
        expect(notification).toMatchObject({ body: "<hello>", headers: { "x-amz-sns-rawdelivery": "true" } });
      },
    },
    {
      title: "with the structure json an HTTP endpoint gets the message for http",
      source: { quote: "define the message you want to send to a specific transport protocol", page: "API_Publish" },
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const TopicArn = await aws.topic();
        await receiver.subscribe(aws, TopicArn, { RawMessageDelivery: "true" });
        const Message = JSON.stringify({ default: "for all", http: "for http", https: "for https" });
        await aws.sns.publish({ TopicArn, MessageStructure: "json", Message });
        expect(await receiver.take("Notification")).toMatchObject([{ body: "for http" }]);
      },
    },
    {
      title: "a filter policy holds for HTTP endpoints too",
      source: {
        quote: "Each subscriber receives and processes only the messages accepted by its filter policy",
        page: "sns-message-filtering",
      },
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const TopicArn = await aws.topic();
        await receiver.subscribe(aws, TopicArn, {
          RawMessageDelivery: "true",
          FilterPolicyScope: "MessageBody",
          FilterPolicy: '{"kind":["new"]}',
        });
        for (const kind of ["old", "new"]) await aws.sns.publish({ TopicArn, Message: JSON.stringify({ kind }) });
        expect(await receiver.take("Notification")).toMatchObject([{ body: '{"kind":"new"}' }]);
      },
    },
    {
      title: "a server error is tried again three times, 20 s apart",
      source: {
        quote: "attempts up to three retries with a delay between failed attempts set at 20 seconds",
        page: "SendMessageToHttp.prepare",
      },
      passes: 140 * second,
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const TopicArn = await aws.topic();
        await receiver.subscribe(aws, TopicArn);
        receiver.answer = 500;
        await aws.sns.publish({ TopicArn, Message: "x" });
        const counts: number[] = [];
        for (const wait of [10, 10, 20, 20, 80]) {
          await aws.pass(wait * second);
          counts.push(receiver.ofType("Notification").length);
        }
        expect(counts).toEqual([1, 2, 3, 4, 4]);
      },
    },
    {
      title: "a retry has the same message id, and ends with success",
      source: formats("that Amazon SNS resends during a retry, the message ID of the original message is used"),
      passes: 100 * second,
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const TopicArn = await aws.topic();
        await receiver.subscribe(aws, TopicArn);
        receiver.answer = 503;
        await aws.sns.publish({ TopicArn, Message: "x" });
        await receiver.take("Notification");
        receiver.answer = 200;
        await aws.pass(100 * second);
        const ids = receiver.ofType("Notification").map(({ headers }) => headers["x-amz-sns-message-id"]);
        expect(ids).toHaveLength(2);
        expect(ids[0]).toBe(ids[1]);
      },
    },
    {
      title: "429 is tried again, other client errors and redirects are not",
      source: retries("All other errors are considered as permanent failures and retries will not be attempted"),
      passes: 60 * second,
      async run(aws) {
        for (const [status, attempts] of [
          [429, 2],
          [404, 1],
          [302, 1],
        ] as const) {
          await using receiver = await HttpReceiver.listen();
          const TopicArn = await aws.topic();
          await receiver.subscribe(aws, TopicArn);
          receiver.answer = status;
          await aws.sns.publish({ TopicArn, Message: "x" });
          await aws.pass(20 * second);
          expect(receiver.ofType("Notification")).toHaveLength(attempts);
        }
      },
    },
    {
      title: "no answer within 15 seconds is a failed attempt",
      source: { quote: "The message request times out after 15 seconds", page: "SendMessageToHttp.prepare" },
      passes: 40 * second,
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const TopicArn = await aws.topic();
        await receiver.subscribe(aws, TopicArn);
        receiver.answer = "silent";
        await aws.sns.publish({ TopicArn, Message: "x" });
        await receiver.take("Notification");
        receiver.answer = 200;
        await aws.pass(20 * second);
        expect(receiver.ofType("Notification")).toHaveLength(1);
        await aws.pass(20 * second);
        expect(await receiver.take("Notification", 2)).toHaveLength(2);
      },
    },
    {
      title: "a subscription's delivery policy has four phases",
      source: retries("Each delivery policy is comprised of four phases"),
      passes: 400 * second,
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const TopicArn = await aws.topic();
        await receiver.subscribe(aws, TopicArn, {
          DeliveryPolicy: JSON.stringify({
            healthyRetryPolicy: {
              minDelayTarget: 10,
              maxDelayTarget: 50,
              numRetries: 8,
              numNoDelayRetries: 2,
              numMinDelayRetries: 1,
              numMaxDelayRetries: 2,
              backoffFunction: "linear",
            },
          }),
        });
        receiver.answer = 500;
        await aws.sns.publish({ TopicArn, Message: "x" });
        await receiver.take("Notification", 3);
        const counts: number[] = [];
        // 10 s before the backoff; 10, 30 and 50 s in it; 50 and 50 s after it
        for (const wait of [10, 10, 30, 50, 50, 50, 200]) {
          await aws.pass(wait * second);
          counts.push(receiver.ofType("Notification").length);
        }
        expect(counts).toEqual([4, 5, 6, 7, 8, 9, 9]);
      },
    },
    {
      title: "a topic's delivery policy holds for its HTTP subscriptions",
      source: retries("When you define the policy at the topic level, it applies to all HTTP/S subscriptions"),
      passes: 60 * second,
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const TopicArn = await aws.topic({
          DeliveryPolicy: JSON.stringify({
            http: {
              defaultHealthyRetryPolicy: { numRetries: 1 },
              defaultRequestPolicy: { headerContentType: "application/json" },
            },
          }),
        });
        await receiver.subscribe(aws, TopicArn);
        receiver.answer = 500;
        await aws.sns.publish({ TopicArn, Message: "x" });
        await aws.pass(60 * second);
        expect(receiver.ofType("Notification").map(({ headers }) => headers["content-type"])).toEqual([
          "application/json",
          "application/json",
        ]);
      },
    },
    {
      title: "a delivery policy beyond its limits is refused",
      source: retries("Minimum delay to 3,600"),
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const TopicArn = await aws.topic();
        const SubscriptionArn = await receiver.subscribe(aws, TopicArn);
        for (const healthyRetryPolicy of [
          { maxDelayTarget: 3_601 },
          { minDelayTarget: 0 },
          { minDelayTarget: 30, maxDelayTarget: 20 },
          { numRetries: 101 },
          { numRetries: 3, numMaxDelayRetries: 4 },
          { backoffFunction: "steep" },
        ])
          await refused(
            aws.sns.setSubscriptionAttributes({
              SubscriptionArn,
              AttributeName: "DeliveryPolicy",
              AttributeValue: JSON.stringify({ healthyRetryPolicy }),
            }),
            "InvalidParameterException",
            /DeliveryPolicy/,
          );
      },
    },
    {
      title: "maxReceivesPerSecond holds messages back",
      source: retries("The maximum number of deliveries per second, per subscription"),
      passes: 10 * second,
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const TopicArn = await aws.topic();
        await receiver.subscribe(aws, TopicArn, {
          DeliveryPolicy: JSON.stringify({ throttlePolicy: { maxReceivesPerSecond: 1 } }),
        });
        for (let count = 0; count < 10; count++) await aws.sns.publish({ TopicArn, Message: "x" });
        await receiver.take("Notification");
        expect(receiver.ofType("Notification").length).toBeLessThan(10);
        await aws.pass(10 * second);
        expect(receiver.ofType("Notification")).toHaveLength(10);
      },
    },
    {
      title: "an endpoint that is unsubscribed is told, and can take it back",
      source: formats("Amazon SNS sends an unsubscribe confirmation message to the endpoint"),
      async run(aws) {
        await using receiver = await HttpReceiver.listen();
        const TopicArn = await aws.topic();
        const SubscriptionArn = await receiver.subscribe(aws, TopicArn);
        await aws.sns.publish({ TopicArn, Message: "x" });
        const [notification] = await receiver.take("Notification");
        const { UnsubscribeURL } = JSON.parse(notification?.body ?? "{}") as { UnsubscribeURL: string };
        expect((await fetch(UnsubscribeURL)).status).toBe(200);
        await refused(aws.sns.getSubscriptionAttributes({ SubscriptionArn }), "NotFoundException");
        const [farewell] = await receiver.take("UnsubscribeConfirmation");
        const { SubscribeURL } = JSON.parse(farewell?.body ?? "{}") as { SubscribeURL: string };
        expect((await fetch(SubscribeURL)).status).toBe(200);
        await aws.sns.publish({ TopicArn, Message: "y" });
        expect(await receiver.take("Notification", 2)).toHaveLength(2);
      },
    },
    {
      title: "an HTTP endpoint is a URL of its protocol",
      source: { quote: "the (public) endpoint is a URL beginning with http://", page: "API_Subscribe" },
      async run(aws) {
        const TopicArn = await aws.topic();
        await refused(
          aws.sns.subscribe({ TopicArn, Protocol: "https", Endpoint: "http://127.0.0.1/x" }),
          "InvalidParameterException",
          /Endpoint must match the specified protocol/,
        );
      },
    },
  ],
};
