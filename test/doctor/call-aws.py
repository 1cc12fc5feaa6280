"""What a container of a test runs: asks who it is, and describes a cluster if one is named. The SDK finds credentials by itself."""
import json
import sys

import boto3
import botocore


def main(cluster=None):
    identity = boto3.client("sts").get_caller_identity()["Arn"]
    if cluster is None:
        return {"identity": identity}
    try:
        boto3.client("eks").describe_cluster(name=cluster)
        return {"identity": identity, "action": "allowed"}
    except botocore.exceptions.ClientError as error:
        return {"identity": identity, "action": error.response["Error"]["Code"]}


if __name__ == "__main__":
    try:
        answer = main(*sys.argv[1:])
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer))
