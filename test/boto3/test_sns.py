"""SNS by an unmodified boto3."""

import json
import unittest

import boto3
from support import fresh


class SnsTest(unittest.TestCase):
    def setUp(self):
        self.sns = boto3.client("sns")
        self.sqs = boto3.client("sqs")

    def subscribed(self, **attributes):
        """A topic, and the URL of a queue that is subscribed to it."""
        topic = self.sns.create_topic(Name=fresh("topic"))["TopicArn"]
        url = self.sqs.create_queue(QueueName=fresh("queue"))["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "sns.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": arn,
                    "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
                }
            ],
        }
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
        subscription = self.sns.subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes, ReturnSubscriptionArn=True
        )
        return topic, url, subscription["SubscriptionArn"]

    def bodies(self, url):
        answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        return [message["Body"] for message in answer.get("Messages", [])]

    def test_a_publish_arrives_in_its_document(self):
        topic, url, _ = self.subscribed()
        attributes = {"kind": {"DataType": "String", "StringValue": "a"}}
        published = self.sns.publish(TopicArn=topic, Message="grün", Subject="hello", MessageAttributes=attributes)
        document = json.loads(self.bodies(url)[0])
        self.assertEqual(document["MessageId"], published["MessageId"])
        self.assertEqual((document["Type"], document["Message"], document["Subject"]), ("Notification", "grün", "hello"))
        self.assertEqual(document["MessageAttributes"], {"kind": {"Type": "String", "Value": "a"}})

    def test_a_raw_delivery_keeps_binary_attributes(self):
        topic, url, _ = self.subscribed(RawMessageDelivery="true")
        attributes = {"bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
        self.sns.publish(TopicArn=topic, Message="x", MessageAttributes=attributes)
        (message,) = self.sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
        self.assertEqual((message["Body"], message["MessageAttributes"]), ("x", attributes))

    def test_a_filter_policy_lets_pass_what_matches(self):
        topic, url, subscription = self.subscribed(RawMessageDelivery="true")
        policy = json.dumps({"kind": ["a", {"prefix": "b"}]})
        self.sns.set_subscription_attributes(
            SubscriptionArn=subscription, AttributeName="FilterPolicy", AttributeValue=policy
        )
        for kind in ("a", "bc", "c"):
            attributes = {"kind": {"DataType": "String", "StringValue": kind}}
            self.sns.publish(TopicArn=topic, Message=kind, MessageAttributes=attributes)
        self.assertEqual(sorted(self.bodies(url)), ["a", "bc"])

    def test_a_batch_is_published_entry_by_entry(self):
        topic, url, _ = self.subscribed(RawMessageDelivery="true")
        entries = [{"Id": "1", "Message": "one"}, {"Id": "2", "Message": "two"}]
        answer = self.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
        self.assertEqual([entry["Id"] for entry in answer["Successful"]], ["1", "2"])
        self.assertEqual(sorted(self.bodies(url)), ["one", "two"])

    def test_topics_and_subscriptions_are_listed_and_removed(self):
        topic, url, subscription = self.subscribed()
        topics = [each["TopicArn"] for page in self.sns.get_paginator("list_topics").paginate() for each in page["Topics"]]
        self.assertIn(topic, topics)
        listed = self.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        self.assertEqual([each["SubscriptionArn"] for each in listed], [subscription])
        self.sns.unsubscribe(SubscriptionArn=subscription)
        self.sns.publish(TopicArn=topic, Message="x")
        self.assertEqual(self.bodies(url), [])
        self.sns.delete_topic(TopicArn=topic)
        with self.assertRaises(self.sns.exceptions.NotFoundException):
            self.sns.publish(TopicArn=topic, Message="x")


if __name__ == "__main__":
    unittest.main()
