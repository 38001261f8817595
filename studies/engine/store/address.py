"""From TUNINGSITE_STORAGE to Django's STORAGES: where the files of dataset versions and models are kept."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.core.exceptions import ImproperlyConfigured

OPTIONS = ("endpoint_url", "region_name", "addressing_style", "signature_version", "verify")


def file_storages(address: str) -> dict[str, dict[str, Any]]:
    """Two storages, `datasets` and `models`: folders of the data folder, or two prefixes of one bucket.

    `s3://bucket/prefix?endpoint_url=https://...` names a bucket; its keys come from AWS_ACCESS_KEY_ID and
    AWS_SECRET_ACCESS_KEY, never from the address, which is shown. Raises ImproperlyConfigured with a sentence.
    """
    if not address:
        folder = "studies.engine.store.folder.Folder"
        return {part: {"BACKEND": folder, "OPTIONS": {"setting": part.upper()}} for part in ("datasets", "models")}
    parts = urlsplit(address)
    if parts.scheme != "s3" or not parts.hostname or "@" in parts.netloc:
        raise ImproperlyConfigured(
            "TUNINGSITE_STORAGE must look like s3://bucket/prefix?endpoint_url=https://..., without keys: those are "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    options = dict(parse_qsl(parts.query))
    if unknown := sorted(set(options) - set(OPTIONS)):
        raise ImproperlyConfigured(
            f"TUNINGSITE_STORAGE has the unknown option {unknown[0]!r}; there are {', '.join(OPTIONS)}."
        )
    options["bucket_name"] = parts.netloc
    prefix = parts.path.strip("/")
    return {
        part: {
            "BACKEND": "studies.engine.store.bucket.Bucket",
            "OPTIONS": options | {"location": f"{prefix}/{part}".lstrip("/")},
        }
        for part in ("datasets", "models")
    }


def public_address(address: str) -> str:
    """What two machines compare to know that they mean the same place; "" for the data folder."""
    parts = urlsplit(address)
    return f"s3://{parts.netloc}/{parts.path.strip('/')}" if address else ""
