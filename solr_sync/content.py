"""A document as it is sent, and the numbers by which database and Solr are compared."""

from __future__ import annotations

import hashlib
import math
import re
import zlib
from datetime import UTC, datetime
from typing import Any

import orjson

from solr_sync.documents import Fields
from solr_sync.exceptions import DocumentRejected

BUCKETS = 1024
RESERVED = frozenset({"id", "sync_version", "sync_bucket", "sync_check", "deleted", "deleted_at"})
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
LONG = 2**63


def bucket_of(object_id: str) -> int:
    """Buckets split a collection into parts that are summed and compared."""
    return zlib.crc32(object_id.encode()) % BUCKETS


def check_number(object_id: str, version: int, content_hash: str) -> int:
    """32 bits of a document's state; sums of a million stay exact below 2**53."""
    return zlib.crc32(f"{object_id}\0{version}\0{content_hash}".encode())


def content_hash(fields: Fields) -> str:
    packed = orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(packed, digest_size=16).hexdigest()


def checked(object_id: str, fields: Fields) -> Fields:
    """The fields without those that are None, if Solr would store them as they are meant.

    Raises DocumentRejected for what Solr takes without a word and stores wrongly: dicts (atomic
    updates), lists in lists, numbers that are none, control characters, lone surrogates, no id.
    """
    check_id(object_id)
    kept = {name: value for name, value in fields.items() if value is not None}
    if reserved := (RESERVED - {"id"}) & kept.keys():
        raise DocumentRejected(f"field {min(reserved)!r} belongs to the sync")
    for name, value in kept.items():
        if not _is_plain_text(value):
            for item in value if isinstance(value, list | tuple) else (value,):
                _check_scalar(name, item)
    return kept


def _is_plain_text(value: Any) -> bool:
    """Whether it is text, or texts, without signs that need a closer look, as nearly all are."""
    if type(value) is str:
        return value.isprintable()
    try:
        return type(value) is list and all(map(str.isprintable, value))
    except TypeError:
        return False


def check_id(object_id: str) -> None:
    """Raises DocumentRejected for what Solr would take for a valid id, and nobody could name."""
    if not object_id:
        raise DocumentRejected("the id is empty")
    _check_scalar("id", object_id)


def _check_scalar(name: str, value: Any) -> None:
    if isinstance(value, str):
        if found := CONTROL.search(value):
            raise DocumentRejected(f"field {name!r} has the character U+{ord(found[0]):04X}")
    elif isinstance(value, float) and not math.isfinite(value):
        raise DocumentRejected(f"field {name!r} is {value}, which is no number")
    elif isinstance(value, int) and not -LONG <= value < LONG:
        raise DocumentRejected(f"field {name!r} is too large a number")
    elif not isinstance(value, int | float):
        raise DocumentRejected(
            f"field {name!r} is a {type(value).__name__}; Solr takes text, numbers, lists"
        )


def live(object_id: str, version: int, fields: Fields, hash_: str) -> Fields:
    return fields | {
        "id": object_id,
        "sync_version": version,
        "sync_bucket": bucket_of(object_id),
        "sync_check": check_number(object_id, version, hash_),
        "deleted": False,
    }


def tombstone(object_id: str, version: int) -> Fields:
    """Stands in for a removed document, so that a late older version can't bring it back."""
    return {
        "id": object_id,
        "sync_version": version,
        "deleted": True,
        "deleted_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
