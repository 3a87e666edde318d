"""Talking to Solr: pysolr over one shared session, with time limits and errors of two kinds."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import orjson
import pysolr
import requests
from django.conf import settings

from solr_sync.documents import Fields
from solr_sync.exceptions import CollectionMissing, DocumentRejected, SolrUnavailable

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 2.0
WRITE_SECONDS = 30.0
MERGE_SECONDS = 1800.0
READ_SECONDS = 3.0
REFUSED = {400, 409, 413, 414, 415}
# What a proxy says of a request that is too large, in its own words.
TOO_LARGE = {413, 414}
# A form may have 64 kB (solrconfig.xml).
IDS_AT_ONCE = 200
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# Of the signs in a form Solr reads these as they are; to quote a question's braces, quotes and
# colons takes longer than everything else about sending it.
AS_THEY_ARE = "!\"$'()*,-./:<=>?@[\\]^_`{|}~"

_local = threading.local()
# Functions whose headers go with every call, such as an id that logs have in common
extra_headers: list[Callable[[], dict[str, str]]] = []


def session() -> requests.Session:
    """One session for each thread of each process; a connection must not cross a fork.

    Proxies of the environment are for the world outside, and looking for them costs time at
    each request; certificates of the environment count.
    """
    if getattr(_local, "pid", None) != os.getpid():
        _local.session, _local.pid = requests.Session(), os.getpid()
        _local.session.trust_env = False
        _local.session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        if settings.SOLR_USER:
            _local.session.auth = (settings.SOLR_USER, settings.SOLR_PASSWORD or "")
    found: requests.Session = _local.session
    return found


@dataclass(frozen=True)
class Posted:
    """What Solr said of a batch: the ids it took (it drops older versions), and its time in ms."""

    accepted: frozenset[str]
    status: int
    qtime_ms: int


class SolrClient(pysolr.Solr):
    """One collection or alias. Calls end in time; they raise SolrUnavailable, DocumentRejected."""

    def __init__(self, collection: str, *, read_seconds: float = READ_SECONDS) -> None:
        super().__init__(
            f"{settings.SOLR_URL}/{quote(collection)}", timeout=(CONNECT_SECONDS, read_seconds)
        )
        self.collection = collection

    def get_session(self) -> requests.Session:
        return session()

    def _send_request(
        self,
        method: str,
        path: str = "",
        body: str | bytes | None = None,
        headers: dict[str, str] | None = None,
        files: Any = None,
    ) -> str:
        """pysolr's own, which would log tracebacks and give one error for everything."""
        del files
        data = body.encode() if isinstance(body, str) else body
        return request(
            method, self._create_full_url(path), data=data, headers=headers, timeout=self.timeout
        ).text

    def _select(self, params: dict[str, Any], handler: str | None = None) -> str:
        """pysolr's own, which would send a short question in its address."""
        body = urlencode(params | {"wt": "json"}, doseq=True, safe=AS_THEY_ARE)
        return self._send_request("post", f"{handler or 'select'}/", body=body, headers=FORM)

    def post_documents(self, documents: Sequence[Fields], **parameters: str) -> Posted:
        """Sends documents through the collection's strict chain, all or an error.

        Idempotent: Solr takes a document only if its `sync_version` is greater than what it has.
        Raises DocumentRejected if one of them is at fault (those before it are applied).
        """
        path = "update/json/docs?" + urlencode({"versions": "true"} | parameters)
        body = orjson.dumps(documents)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        url = self._create_full_url(path)
        response = request(
            "post", url, data=body, headers=headers, timeout=(CONNECT_SECONDS, WRITE_SECONDS)
        )
        answer = _checked(response)
        header = answer["responseHeader"]
        if header.get("errors"):
            raise SolrUnavailable(f"{self.url} reports errors although nothing failed")
        adds = answer.get("adds", [])
        return Posted(frozenset(adds[::2]), header["status"], header.get("QTime", 0))

    def refusals(self, documents: Sequence[Fields]) -> dict[str, str]:
        """Which of these Solr refuses, by id, in its own words; it takes the others.

        Raises DocumentRejected where the configset has no chain `tolerant`.
        """
        path = "update/json/docs?" + urlencode({"update.chain": "tolerant"})
        response = request(
            "post",
            self._create_full_url(path),
            data=orjson.dumps(documents),
            headers={"Content-Type": "application/json; charset=utf-8"},
            timeout=(CONNECT_SECONDS, WRITE_SECONDS),
        )
        errors = _checked(response)["responseHeader"].get("errors", [])
        return {error["id"]: " ".join(str(error["message"]).split()) for error in errors}

    def versions_of(self, ids: Sequence[str]) -> dict[str, int]:
        """`sync_version` of what Solr holds, committed or not, tombstones too."""
        return {d["id"]: d.get("sync_version", 0) for d in self.get_now(ids, "id,sync_version")}

    def get_now(self, ids: Sequence[str], fields: str) -> list[dict[str, Any]]:
        """What Solr holds of these ids in real time, tombstones too."""
        found: list[dict[str, Any]] = []
        for start in range(0, len(ids), IDS_AT_ONCE):
            found += self._get_now(ids[start : start + IDS_AT_ONCE], fields)
        return found

    def _get_now(self, ids: Sequence[str], fields: str) -> list[dict[str, Any]]:
        names = [("id", object_id) for object_id in ids]  # a comma would part those in `ids`
        body = urlencode([*names, ("fl", fields), ("omitHeader", "false")])
        timeout = (CONNECT_SECONDS, WRITE_SECONDS)
        response = request(
            "post", f"{self.url}/get", data=body.encode(), headers=FORM, timeout=timeout
        )
        answer = _checked(response)
        if "doc" in answer:  # the answer to a single id
            return [answer["doc"]] if answer["doc"] else []
        found: list[dict[str, Any]] = answer.get("response", {}).get("docs", [])
        return found

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """A question in Solr's JSON query language, put to the ordinary handler."""
        timeout = (CONNECT_SECONDS, WRITE_SECONDS)
        response = request(
            "post",
            f"{self.url}/select",
            json=question | {"params": {"wt": "json"}},
            timeout=timeout,
        )
        return _checked(response)

    def export(self, query: str, fields: str) -> list[dict[str, Any]]:
        """Every document that a query finds, sorted by id, from doc values; tombstones too."""
        parameters = {"q": query, "fl": fields, "sort": "id asc", "wt": "json"}
        timeout = (CONNECT_SECONDS, WRITE_SECONDS)
        response = request("get", f"{self.url}/export", params=parameters, timeout=timeout)
        found: list[dict[str, Any]] = _checked(response)["response"]["docs"]
        return found

    def schema(self) -> dict[str, Any]:
        found: dict[str, Any] = _checked(request("get", f"{self.url}/schema"))["schema"]
        return found

    def merge_segments(self) -> None:
        """Has Solr merge the parts of its index into one: a question looks into each of them.

        Waits until it is done, which may take minutes; commits wait meanwhile, searches don't.
        """
        url = f"{self.url}/update?" + urlencode({"optimize": "true", "maxSegments": "1"})
        _checked(request("get", url, timeout=(CONNECT_SECONDS, MERGE_SECONDS)))

    def commit_softly(self) -> None:
        """Opens a new searcher and waits for it: what was taken before is found afterwards."""
        url = f"{self.url}/update?" + urlencode({"commit": "true", "softCommit": "true"})
        _checked(request("get", url, timeout=(CONNECT_SECONDS, WRITE_SECONDS)))


@cache
def client_for(collection: str) -> SolrClient:
    return SolrClient(collection)


def request(
    method: str,
    url: str,
    *,
    timeout: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
    **options: Any,
) -> requests.Response:
    """Raises SolrUnavailable or, for what the request itself is at fault, DocumentRejected."""
    for headers in extra_headers:
        options["headers"] = (options.get("headers") or {}) | headers()
    try:
        response = session().request(method, url, timeout=timeout, **options)
    except requests.RequestException as error:
        raise SolrUnavailable(
            f"Solr at {settings.SOLR_URL} does not answer: {cause(error)}"
        ) from error
    if response.status_code in REFUSED and (
        _says_why(response) or response.status_code in TOO_LARGE
    ):
        raise DocumentRejected(_message(response))
    if response.status_code == 404 and url.startswith(settings.SOLR_URL):
        name = url.removeprefix(settings.SOLR_URL).split("/")[1]
        raise CollectionMissing(
            f"Solr at {settings.SOLR_URL} has no collection {name!r}: run manage.py solr_init"
        )
    if response.status_code != 200:
        raise SolrUnavailable(
            f"Solr at {settings.SOLR_URL} answered {response.status_code}: {_message(response)}"
        )
    return response


def require_healthy() -> None:
    """Raises SolrUnavailable unless every replica of the node serves and has replayed its log.

    While a killed Solr replays its log it ignores commits, and older documents overwrite newer.
    """
    _checked(
        request("get", f"{settings.SOLR_URL}/admin/info/health?requireHealthyCores=true&wt=json")
    )


def _checked(response: requests.Response) -> dict[str, Any]:
    """The answer, if it is Solr's and says that all went well: a 200 alone proves little."""
    try:
        answer = orjson.loads(response.content)
        status = answer["responseHeader"]["status"]
    except (ValueError, KeyError, TypeError) as error:
        raise SolrUnavailable(
            f"{settings.SOLR_URL} answered 200 with something that is not Solr's"
        ) from error
    if status != 0:
        raise SolrUnavailable(f"Solr at {settings.SOLR_URL} answered with status {status}")
    found: dict[str, Any] = answer
    return found


def _says_why(response: requests.Response) -> bool:
    """Whether the refusal is Solr's own: a proxy in trouble may answer 400 to everything."""
    try:
        return "msg" in orjson.loads(response.content)["error"]
    except (ValueError, KeyError, TypeError):
        return False


def _message(response: requests.Response) -> str:
    """Solr's own words, in one line; some errors come without a header, a proxy's as HTML."""
    try:
        return " ".join(str(orjson.loads(response.content)["error"]["msg"]).split())
    except (ValueError, KeyError, TypeError):
        return response.reason or "no reason given"


def cause(error: BaseException) -> str:
    """What lies at the bottom of an error of requests: `Connection refused`, `timed out`."""
    if isinstance(error, requests.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    inner: Any = error
    while nested := inner.__cause__ or inner.__context__ or getattr(inner, "reason", None):
        if not isinstance(nested, BaseException):
            break
        inner = nested
    return str(getattr(inner, "strerror", None) or inner) or type(inner).__name__
