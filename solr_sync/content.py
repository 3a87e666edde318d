"""A document as it is sent, and the numbers by which database and Solr are compared."""

from __future__ import annotations

import hashlib
import math
import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from solr_sync.documents import Fields
from solr_sync.exceptions import DocumentRejected

BUCKETS = 1024
RESERVED = frozenset({"id", "sync_version", "sync_bucket", "sync_check", "deleted", "deleted_at"})
TEXT_ALONE = frozenset({str})
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
# How JSON writes control characters: to look for these takes less than to look at each text.
ESCAPED = re.compile(rb"\\(?:u00|b|f)")
LONG = 2**63


def bucket_of(object_id: str) -> int:
    """Buckets split a collection into parts that are summed and compared."""
    return zlib.crc32(object_id.encode()) % BUCKETS


def check_number(object_id: str, version: int, content_hash: str) -> int:
    """32 bits of a document's state; sums of a million stay exact below 2**53."""
    return zlib.crc32(f"{object_id}\0{version}\0{content_hash}".encode())


def content_hash(fields: Fields) -> str:
    return _digest(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS))


def _digest(packed: bytes) -> str:
    return hashlib.blake2b(packed, digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Checked:
    """Fields that Solr stores as they are meant, without those that are None."""

    fields: Fields
    hash: str
    others: Fields  # those of the fields that are no text


def checked(object_id: str, fields: Fields) -> Checked:
    """Raises DocumentRejected for what Solr takes without a word and stores wrongly: dicts (atomic
    updates), lists in lists, numbers that are none, control characters, lone surrogates, no id.
    """
    check_id(object_id)
    kept = {name: value for name, value in fields.items() if value is not None}
    if reserved := (RESERVED - {"id"}) & kept.keys():
        raise DocumentRejected(f"field {min(reserved)!r} belongs to the sync")
    others = {name: value for name, value in kept.items() if not _is_text(value)}
    _check_fields(others)
    try:
        packed = orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:  # a lone surrogate
        _check_fields(kept)
        raise DocumentRejected(f"it can't be written as JSON: {error}") from error
    if ESCAPED.search(packed):
        _check_fields(kept)
    return Checked(kept, _digest(packed), others)


def _is_text(value: Any) -> bool:
    if type(value) is list:
        return TEXT_ALONE.issuperset(map(type, value))
    return type(value) is str


def _check_fields(fields: Fields) -> None:
    for name, value in fields.items():
        for item in value if isinstance(value, list | tuple) else (value,):
            _check_scalar(name, item)


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
