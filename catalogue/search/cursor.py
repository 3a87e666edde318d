"""The place where a long list goes on, as an opaque text.

Solr's own cursor holds the sort values of the last hit, a title among them, in readable form. So
ours is enciphered, and sealed together with the question that it belongs to.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

from django.conf import settings

START = "*"
NONCE, SEAL = 9, 12  # bytes


class WrongCursor(ValueError):
    """Not one of ours, or one of another question."""


def seal(mark: str, question: str) -> str:
    nonce = secrets.token_bytes(NONCE)
    hidden = _crypted(mark.encode(), nonce)
    found = nonce + _seal(nonce + hidden, question) + hidden
    return base64.urlsafe_b64encode(found).decode().rstrip("=")


def unseal(text: str, question: str) -> str:
    """Solr's mark. Raises WrongCursor."""
    if text == START:
        return START
    try:
        found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise WrongCursor(text) from error
    nonce, sealed, hidden = found[:NONCE], found[NONCE : NONCE + SEAL], found[NONCE + SEAL :]
    if not hmac.compare_digest(sealed, _seal(nonce + hidden, question)):
        raise WrongCursor(text)
    return _crypted(hidden, nonce).decode()


def _seal(data: bytes, question: str) -> bytes:
    return hmac.digest(_key("seal"), data + question.encode(), "sha256")[:SEAL]


def _crypted(data: bytes, nonce: bytes) -> bytes:
    """A stream of bytes from key and nonce; used once for each nonce. Undoes itself."""
    stream, key = b"", _key("stream")
    for block in range(len(data) // 32 + 1):
        stream += hmac.digest(key, nonce + block.to_bytes(4, "big"), "sha256")
    return bytes(a ^ b for a, b in zip(data, stream, strict=False))


def _key(purpose: str) -> bytes:
    return hashlib.sha256(f"catalogue.cursor.{purpose}.{settings.SECRET_KEY}".encode()).digest()
