"""Configsets, collections and aliases, through Solr's own APIs.

A collection keeps its configset until it is rebuilt; a configset's name carries the hash of its
files, so that a changed one never meets an older collection.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from solr_sync import solr
from solr_sync.exceptions import DocumentRejected, SolrUnavailable, SyncError

ADMIN_SECONDS = 60.0


@dataclass(frozen=True)
class Configset:
    """A folder of schema and configuration under the name it has in Solr."""

    collection: str
    folder: Path

    @property
    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    @property
    def name(self) -> str:
        digest = hashlib.sha256()
        for path in self.files:
            digest.update(str(path.relative_to(self.folder)).encode() + b"\0" + path.read_bytes())
        return f"{self.collection}_{digest.hexdigest()[:12]}"

    def zipped(self) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in self.files:
                archive.write(path, path.relative_to(self.folder))
        return buffer.getvalue()


def configset_of(alias: str) -> Configset:
    return Configset(alias, Path(settings.SOLR_SYNC_CONFIGSETS[alias]))


def admin(handler: str, **parameters: str) -> dict[str, Any]:
    """A call of the v1 admin API. Raises SyncError; a failure may hide in an answer of 200."""
    url = f"{settings.SOLR_URL}/admin/{handler}"
    timeout = (solr.CONNECT_SECONDS, ADMIN_SECONDS)
    response = solr.request("get", url, params={"wt": "json"} | parameters, timeout=timeout)
    answer: dict[str, Any] = response.json()
    if failure := answer.get("failure") or answer.get("error"):
        raise SyncError(f"Solr: {parameters.get('action')} failed: {failure}")
    return answer


def upload(configset: Configset) -> bool:
    """Returns whether it was new to Solr."""
    if configset.name in admin("configs", action="LIST")["configSets"]:
        return False
    url = f"{settings.SOLR_URL}/admin/configs"
    solr.request(
        "post",
        url,
        params={"action": "UPLOAD", "name": configset.name, "wt": "json"},
        data=configset.zipped(),
        headers={"Content-Type": "application/octet-stream"},
        timeout=(solr.CONNECT_SECONDS, ADMIN_SECONDS),
    )
    return True


def aliases() -> dict[str, str]:
    found: dict[str, str] = admin("collections", action="LISTALIASES").get("aliases", {})
    return found


def names() -> list[str]:
    return list(admin("collections", action="LIST")["collections"])


def ensure(alias: str) -> list[str]:
    """Uploads the configset, creates collection and alias where missing; says what it did.

    Safe to repeat, also by several processes at once. Raises SyncError or SolrUnavailable.
    """
    configset = configset_of(alias)
    done = [f"uploaded configset {configset.name}"] if upload(configset) else []
    if alias in aliases():
        return done
    if alias in names():
        raise SyncError(f"{alias!r} is a collection, where an alias is wanted: delete or rename it")
    first = f"{alias}_1"
    if first not in names():
        create(first, configset)
        done.append(f"created collection {first}")
    admin("collections", action="CREATEALIAS", name=alias, collections=first)
    return [*done, f"alias {alias} leads to {first}"]


def create(name: str, configset: Configset) -> None:
    """An empty collection with this configset, unless it is there already."""
    upload(configset)
    options = {
        "numShards": "1",
        "nrtReplicas": str(getattr(settings, "SOLR_SYNC_REPLICAS", 1)),
        "collection.configName": configset.name,
    }
    try:
        admin("collections", action="CREATE", name=name, **options)
    except DocumentRejected as error:
        if "already exists" not in str(error):
            raise SyncError(f"Solr can't create {name}: {error}") from error


@dataclass(frozen=True)
class Standing:
    """What an alias leads to, and whether it has the configset of this code."""

    alias: str
    collection: str
    configset: str
    wanted: str

    @property
    def current(self) -> bool:
        return self.configset == self.wanted


def standing(alias: str) -> Standing:
    """Raises SolrUnavailable if Solr is, or if it has no such alias."""
    collection = aliases().get(alias)
    if collection is None:
        raise SolrUnavailable(f"Solr has no alias {alias!r}: run manage.py solr_init")
    return Standing(alias, collection, configset_name(collection), configset_of(alias).name)


def configset_name(collection: str) -> str:
    """Of the configset that a collection was made with."""
    status = admin("collections", action="CLUSTERSTATUS", collection=collection)
    return str(status["cluster"]["collections"][collection]["configName"])


def create_next(alias: str) -> str:
    """A new empty collection of the alias with the configset of this code; returns its name."""
    name = next_name(alias)
    create(name, configset_of(alias))
    return name


def next_name(alias: str) -> str:
    numbers = [
        int(name.removeprefix(f"{alias}_"))
        for name in names()
        if name.startswith(f"{alias}_") and name.removeprefix(f"{alias}_").isdigit()
    ]
    return f"{alias}_{max(numbers, default=0) + 1}"


def point(alias: str, collection: str) -> None:
    admin("collections", action="CREATEALIAS", name=alias, collections=collection)


def delete(collection: str) -> None:
    """Raises SyncError if an alias leads to it."""
    admin("collections", action="DELETE", name=collection)
