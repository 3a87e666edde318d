"""Asking at one address whether it still answers: briefly, and without fetching what lies there."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from urllib3 import Timeout
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from reports.public_addresses import (
    CONNECT_SECONDS,
    LONGEST_SECONDS,
    NotPublic,
    PublicHTTPPool,
    PublicHTTPSPool,
)

MOST_REDIRECTS = 5
READ_SECONDS = 15.0
SCHEMES = {"http": 80, "https": 443}
GONE = {404, 410}
# What a server says that does not like HEAD; GET tells then, of which the body is not read.
ASK_BY_GET = {400, 403, 404, 405, 406, 500, 501, 503}
BUSY = {429, 503}
LONGEST_PAUSE = 3600.0


@dataclass(frozen=True)
class Answer:
    """`works` is None where the address is none that is asked at; `gone` is a clear no."""

    works: bool | None
    status: int | None = None
    reason: str = ""
    gone: bool = False
    ms: int = 0
    etag: str = ""
    last_modified: str = ""
    pause: float = 0.0  # that the server asks for, in seconds


@dataclass
class _Trip:
    """One way through redirects."""

    validators: Mapping[str, str]
    began: float = field(default_factory=time.monotonic)

    def answer(self, url: str) -> Answer:
        for _hop in range(MOST_REDIRECTS + 1):
            response = self._ask("HEAD", url)
            if response.status in ASK_BY_GET:
                response = self._ask("GET", url)
            if response.status in {301, 302, 303, 307, 308} and "Location" in response.headers:
                url = urljoin(url, response.headers["Location"])
                continue
            return self._read(response)
        return Answer(False, reason="too many redirects", ms=self._ms)

    def _ask(self, method: str, url: str) -> BaseHTTPResponse:
        parts = urlsplit(url)
        if parts.scheme not in SCHEMES or not parts.hostname:
            raise NotPublic(parts.scheme or "no scheme")
        pool = _pool(parts.scheme, parts.hostname, parts.port or SCHEMES[parts.scheme])
        target = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
        headers = {"User-Agent": _user_agent(), "Accept": "*/*", **self.validators}
        try:
            response = pool.urlopen(
                method,
                target if target.startswith("/") else f"/{target}",
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
                assert_same_host=False,
                timeout=Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS, total=LONGEST_SECONDS),
            )
            response.close()
            return response
        finally:
            pool.close()

    def _read(self, response: BaseHTTPResponse) -> Answer:
        status, headers = response.status, response.headers
        return Answer(
            works=status < 500 and status not in GONE,
            status=status,
            reason=f"{status} {response.reason or ''}".strip()[:300],
            gone=status in GONE,
            ms=self._ms,
            etag=headers.get("ETag", "")[:500],
            last_modified=headers.get("Last-Modified", "")[:100],
            pause=_pause(headers.get("Retry-After", "")) if status in BUSY else 0.0,
        )

    @property
    def _ms(self) -> int:
        return round((time.monotonic() - self.began) * 1000)


def check(url: str, etag: str = "", last_modified: str = "") -> Answer:
    """Raises nothing. The two are those of the last answer, so that a server may say 304."""
    validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    trip = _Trip({name: value for name, value in validators.items() if value})
    try:
        return trip.answer(url)
    except NotPublic as error:
        return Answer(None, reason=f"not a public address of the web ({error})")
    except (HTTPError, OSError, ValueError) as error:
        return Answer(False, reason=_in_words(error), ms=trip._ms)


def _pool(scheme: str, host: str, port: int) -> PublicHTTPPool | PublicHTTPSPool:
    if scheme == "http":
        return PublicHTTPPool(host, port)
    return PublicHTTPSPool(host, port, ssl_context=_tls())


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _user_agent() -> str:
    return f"layer-catalogue link check (+{settings.SITE_URL})"


def _pause(text: str) -> float:
    return min(float(text), LONGEST_PAUSE) if text.isascii() and text.isdigit() else 60.0


def _in_words(error: BaseException) -> str:
    inner: BaseException = error
    while isinstance(nested := inner.__cause__ or getattr(inner, "reason", None), BaseException):
        inner = nested
    text = getattr(inner, "strerror", None) or str(inner) or type(inner).__name__
    return " ".join(str(text).split())[:300]
