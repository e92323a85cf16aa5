"""DynamoDB by an unmodified boto3."""

import unittest
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Key
from support import fresh


class DynamoDbTest(unittest.TestCase):
    def setUp(self):
        self.table = boto3.resource("dynamodb").create_table(
            TableName=fresh("table"),
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )
        self.table.wait_until_exists()

    def test_an_item_comes_back_as_it_was_put(self):
        item = {"id": "1", "amount": Decimal("12.5"), "names": ["a", None, True], "bytes": b"\x00\xff", "tags": {"x"}}
        self.table.put_item(Item=item)
        self.assertEqual(self.table.get_item(Key={"id": "1"})["Item"], item)
        self.assertEqual(self.table.query(KeyConditionExpression=Key("id").eq("1"))["Count"], 1)
        self.assertNotIn("Item", self.table.get_item(Key={"id": "2"}))

    def test_a_conditional_put_is_refused(self):
        put = {"Item": {"id": "1"}, "ConditionExpression": "attribute_not_exists(id)"}
        self.table.put_item(**put)
        with self.assertRaises(self.table.meta.client.exceptions.ConditionalCheckFailedException):
            self.table.put_item(**put)

    def test_a_transaction_writes_all_or_nothing(self):
        client = self.table.meta.client
        put = {"Put": {"TableName": self.table.name, "Item": {"id": "1"}, "ConditionExpression": "attribute_not_exists(id)"}}
        other = {"Put": {"TableName": self.table.name, "Item": {"id": "2"}}}
        client.transact_write_items(TransactItems=[put])
        with self.assertRaises(client.exceptions.TransactionCanceledException) as cancelled:
            client.transact_write_items(TransactItems=[other, put])
        reasons = cancelled.exception.response["CancellationReasons"]
        self.assertEqual([reason["Code"] for reason in reasons], ["None", "ConditionalCheckFailed"])
        self.assertEqual(self.table.scan()["Items"], [{"id": "1"}])


if __name__ == "__main__":
    unittest.main()
