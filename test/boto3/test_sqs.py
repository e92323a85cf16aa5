"""SQS by an unmodified boto3."""

import hashlib
import json
import threading
import unittest

import boto3
from support import FlakyProxy, advance, fresh, md5_of_attributes

ATTRIBUTES = {
    "text": {"DataType": "String", "StringValue": "grün"},
    "number": {"DataType": "Number.int", "StringValue": "-7"},
    "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\x01\xff"},
}


class SqsTest(unittest.TestCase):
    def setUp(self):
        # no endpoint, no region, no keys: all of that is in the environment
        self.sqs = boto3.client("sqs")

    def queue(self, name=None, **attributes):
        return self.sqs.create_queue(QueueName=name or fresh("queue"), Attributes=attributes)["QueueUrl"]

    def arn(self, url):
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return answer["Attributes"]["QueueArn"]

    def receive(self, url, **more):
        answer = self.sqs.receive_message(
            QueueUrl=url,
            **{"MaxNumberOfMessages": 10, "MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"], **more},
        )
        return answer.get("Messages", [])

    def test_queues_are_created_found_changed_tagged_and_deleted(self):
        prefix = fresh("queue")
        url = self.sqs.create_queue(QueueName=f"{prefix}-a", Attributes={"DelaySeconds": "1"}, tags={"team": "a"})["QueueUrl"]
        self.assertEqual(self.sqs.get_queue_url(QueueName=f"{prefix}-a")["QueueUrl"], url)
        other = self.queue(f"{prefix}-b")
        pages = self.sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig={"PageSize": 1})
        self.assertEqual([found for page in pages for found in page.get("QueueUrls", [])], [url, other])
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "7"})
        attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        self.assertEqual((attributes["VisibilityTimeout"], attributes["DelaySeconds"]), ("7", "1"))
        self.sqs.tag_queue(QueueUrl=url, Tags={"stage": "test"})
        self.sqs.untag_queue(QueueUrl=url, TagKeys=["team"])
        self.assertEqual(self.sqs.list_queue_tags(QueueUrl=url)["Tags"], {"stage": "test"})
        self.sqs.delete_queue(QueueUrl=url)
        with self.assertRaises(self.sqs.exceptions.QueueDoesNotExist) as refused:
            self.sqs.get_queue_url(QueueName=f"{prefix}-a")
        # boto3 shows the code of the query protocol, from the header of the answer
        self.assertEqual(refused.exception.response["Error"]["Code"], "AWS.SimpleQueueService.NonExistentQueue")

    def test_a_message_keeps_its_body_and_typed_attributes_with_their_md5(self):
        url = self.queue()
        body = "grün & <b>\n𝄞"
        sent = self.sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=ATTRIBUTES)
        (message,) = self.receive(url)
        for answer, field in ((sent, "MD5OfMessageBody"), (message, "MD5OfBody")):
            self.assertEqual(answer[field], hashlib.md5(body.encode()).hexdigest())
        for answer in (sent, message):
            self.assertEqual(answer["MD5OfMessageAttributes"], md5_of_attributes(ATTRIBUTES))
        self.assertEqual((message["Body"], message["MessageAttributes"]), (body, ATTRIBUTES))
        self.assertEqual(message["Attributes"]["ApproximateReceiveCount"], "1")
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        self.assertEqual(self.receive(url), [])

    def test_attributes_come_back_only_when_asked_for(self):
        url = self.queue()
        self.sqs.send_message(QueueUrl=url, MessageBody="x", MessageAttributes=ATTRIBUTES)
        message = self.sqs.receive_message(QueueUrl=url)["Messages"][0]
        self.assertEqual({"Attributes", "MessageAttributes"} & message.keys(), set())

    def test_batches_tell_what_failed_entry_by_entry(self):
        url = self.queue()
        sent = self.sqs.send_message_batch(
            QueueUrl=url,
            Entries=[
                {"Id": "1", "MessageBody": "one"},
                {"Id": "2", "MessageBody": "two", "DelaySeconds": 901},
                {"Id": "3", "MessageBody": "three", "MessageAttributes": ATTRIBUTES},
            ],
        )
        self.assertEqual([entry["Id"] for entry in sent["Successful"]], ["1", "3"])
        self.assertEqual([(entry["Id"], entry["SenderFault"]) for entry in sent["Failed"]], [("2", True)])
        handles = [{"Id": message["Body"], "ReceiptHandle": message["ReceiptHandle"]} for message in self.receive(url)]
        self.assertEqual([handle["Id"] for handle in handles], ["one", "three"])
        changed = self.sqs.change_message_visibility_batch(
            QueueUrl=url, Entries=[{**handle, "VisibilityTimeout": 0} for handle in handles]
        )
        self.assertEqual(len(changed["Successful"]), 2)
        handles = [{"Id": message["Body"], "ReceiptHandle": message["ReceiptHandle"]} for message in self.receive(url)]
        self.assertEqual(len(self.sqs.delete_message_batch(QueueUrl=url, Entries=handles)["Successful"]), 2)

    def test_a_long_poll_ends_with_the_message(self):
        url = self.queue()
        received = []
        poll = threading.Thread(target=lambda: received.extend(self.receive(url, WaitTimeSeconds=20)))
        poll.start()
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody="late")
        poll.join(10)
        self.assertEqual([message["Body"] for message in received], ["late"])

    def test_a_fifo_queue_keeps_groups_in_order_and_duplicates_out(self):
        url = self.queue(f"{fresh('queue')}.fifo", FifoQueue="true")

        def send(body, deduplication_id):
            return self.sqs.send_message(
                QueueUrl=url, MessageBody=body, MessageGroupId="a", MessageDeduplicationId=deduplication_id
            )

        first, again, second = send("1", "x"), send("1", "x"), send("2", "y")
        self.assertEqual(first["MessageId"], again["MessageId"])
        self.assertLess(int(first["SequenceNumber"]), int(second["SequenceNumber"]))
        messages = self.receive(url)
        self.assertEqual([message["Body"] for message in messages], ["1", "2"])
        self.assertEqual(messages[0]["Attributes"]["MessageGroupId"], "a")
        self.assertEqual(self.receive(url), [])

    def test_a_message_that_fails_is_dead_lettered_and_moved_back(self):
        dead = self.queue()
        policy = json.dumps({"deadLetterTargetArn": self.arn(dead), "maxReceiveCount": 2})
        url = self.queue(VisibilityTimeout="30", RedrivePolicy=policy)
        self.sqs.send_message(QueueUrl=url, MessageBody="poison")
        for count in ("1", "2"):
            (message,) = self.receive(url)
            self.assertEqual(message["Attributes"]["ApproximateReceiveCount"], count)
            self.assertEqual(self.receive(url), [])
            advance("31s")
        self.assertEqual(self.receive(url), [])
        (letter,) = self.receive(dead, VisibilityTimeout=0)
        self.assertEqual(letter["Body"], "poison")
        self.assertEqual(letter["Attributes"]["DeadLetterQueueSourceArn"], self.arn(url))
        self.sqs.start_message_move_task(SourceArn=self.arn(dead))
        advance("5s")
        (task,) = self.sqs.list_message_move_tasks(SourceArn=self.arn(dead))["Results"]
        self.assertEqual((task["Status"], task["ApproximateNumberOfMessagesMoved"]), ("COMPLETED", 1))
        self.assertEqual([message["Body"] for message in self.receive(url)], ["poison"])

    def test_purge_and_delay(self):
        url = self.queue()
        self.sqs.send_message(QueueUrl=url, MessageBody="gone")
        self.sqs.purge_queue(QueueUrl=url)
        with self.assertRaises(self.sqs.exceptions.PurgeQueueInProgress):
            self.sqs.purge_queue(QueueUrl=url)
        self.sqs.send_message(QueueUrl=url, MessageBody="delayed", DelaySeconds=10)
        self.assertEqual(self.receive(url), [])
        advance("10s")
        self.assertEqual([message["Body"] for message in self.receive(url)], ["delayed"])

    def test_errors_are_boto3s_own_classes(self):
        name = fresh("queue")
        url = self.queue(name)
        exceptions = self.sqs.exceptions
        with self.assertRaises(exceptions.QueueNameExists):
            self.queue(name, DelaySeconds="1")
        with self.assertRaises(exceptions.ReceiptHandleIsInvalid):
            self.sqs.delete_message(QueueUrl=url, ReceiptHandle="invented")
        with self.assertRaises(exceptions.EmptyBatchRequest):
            self.sqs.send_message_batch(QueueUrl=url, Entries=[])
        with self.assertRaises(exceptions.InvalidMessageContents):
            self.sqs.send_message(QueueUrl=url, MessageBody="\u0000")

    def test_what_fails_once_is_tried_again(self):
        with FlakyProxy(self.sqs.meta.endpoint_url) as proxy:
            client = boto3.client("sqs", endpoint_url=proxy.url)
            name = fresh("queue")
            client.create_queue(QueueName=name)
            self.assertEqual(proxy.requests, 2)
        self.assertTrue(self.sqs.get_queue_url(QueueName=name)["QueueUrl"].endswith(name))


if __name__ == "__main__":
    unittest.main()
