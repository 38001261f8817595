"""Files in an S3-compatible bucket, through django-storages (requirements-s3.txt)."""

from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

# A lane's slice shows no life while it waits for an answer, so it must wait less than a lease.
CONNECT_SECONDS, READ_SECONDS, TRIES = 2, 3, 1


class Bucket(S3Storage):
    """django-storages' own, with time-outs, without threads (slices fork), and reading as the bytes arrive."""

    def __init__(self, **options: Any) -> None:
        # A bucket's name in the host name needs DNS of its own, which servers other than Amazon's seldom have.
        style = options.pop("addressing_style", "path" if "endpoint_url" in options else "auto")
        client = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": TRIES},
            s3={"addressing_style": style},
            signature_version=options.pop("signature_version", None),
        )
        super().__init__(client_config=client, transfer_config=TransferConfig(use_threads=False), **options)

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise ValueError(f"{name} can only be read whole")
        key = self._normalize_name(clean_name(name))
        try:
            answer = self.bucket.Object(key).get()
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise FileNotFoundError(f"The storage holds no {key}") from error
            raise
        return File(answer["Body"], name=name)
