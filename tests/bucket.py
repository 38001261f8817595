"""A local S3 server (moto's) with one bucket, and the environment that names it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.site import free_port

KEYS = {"AWS_ACCESS_KEY_ID": "a-key", "AWS_SECRET_ACCESS_KEY": "a-secret", "AWS_DEFAULT_REGION": "us-east-1"}


@contextmanager
def s3_server(host: str = "127.0.0.1", port: int = 0) -> Iterator[dict[str, str]]:
    """TUNINGSITE_STORAGE and keys of a fresh bucket; the server is gone afterwards."""
    port = port or free_port()
    command = [sys.executable, "-m", "moto.server", "-H", host, "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    endpoint = f"http://{host}:{port}"
    try:
        make_bucket(endpoint, "tuning")
        yield KEYS | {"TUNINGSITE_STORAGE": f"s3://tuning/a/site?endpoint_url={endpoint}"}
    finally:
        process.kill()
        process.wait()


def make_bucket(endpoint: str, name: str) -> None:
    import boto3
    from botocore.exceptions import EndpointConnectionError

    names = {"aws_access_key_id": KEYS["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": KEYS["AWS_SECRET_ACCESS_KEY"]}
    client: Any = boto3.client("s3", endpoint_url=endpoint, region_name=KEYS["AWS_DEFAULT_REGION"], **names)
    deadline = time.monotonic() + 30
    while True:
        try:
            client.create_bucket(Bucket=name)
            return
        except EndpointConnectionError:
            assert time.monotonic() < deadline, "the S3 server did not start"
            time.sleep(0.05)
