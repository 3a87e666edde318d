"""The documentation names what there is, and nothing that is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from solr_sync import names
from solr_sync.models import LedgerEntry
from solr_sync.status import SyncState
from tests.infrastructure.project import PROJECT, example_names, supervised

DOCUMENTS = sorted(
    [PROJECT / "README.md", PROJECT / "CHANGELOG.md", *(PROJECT / "docs").rglob("*.md")]
)
LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(#[^)\s]+)?\)")


def text_of(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def commands() -> set[str]:
    found = PROJECT.glob("*/management/commands/*.py")
    return {path.stem for path in found if path.stem != "__init__"}


def anchors(document: Path) -> set[str]:
    """As forges make them of headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def test_every_setting_is_explained() -> None:
    named = set(re.findall(r"`([A-Z][A-Z_]+)`", text_of("docs/operations.md")))
    assert example_names() - named == set()


def test_every_command_is_explained() -> None:
    named = set(re.findall(r"manage\.py (\w+)", text_of("docs/operations.md")))
    assert commands() - named == set()


def test_every_process_is_explained() -> None:
    named = set(re.findall(r"^\| `([\w-]+)` \|", text_of("docs/operations.md"), re.MULTILINE))
    assert supervised().keys() - named == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_commands_that_are_named_exist(document: Path) -> None:
    djangos = {"migrate", "check", "shell", "createsuperuser", "createcachetable"}
    named = set(re.findall(r"manage\.py (\w+)", document.read_text(encoding="utf-8")))
    assert named - djangos <= commands()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_links_lead_somewhere(document: Path) -> None:
    for path, anchor in LINK.findall(document.read_text(encoding="utf-8")):
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), path
        assert not anchor or anchor.removeprefix("#") in anchors(target), anchor


def test_every_document_is_listed() -> None:
    index = PROJECT / "docs" / "README.md"
    listed = {
        (index.parent / path).resolve() for path, _ in LINK.findall(text_of("docs/README.md"))
    }
    assert {path for path in (PROJECT / "docs").rglob("*.md") if path != index} - listed == set()


def test_the_reference_of_the_sync_is_complete() -> None:
    reference = text_of("docs/reference/solr-sync.md")
    tasks = {names.SYNC_DOCUMENT, names.DRAIN, names.SWEEP, names.AUDIT}
    wanted = {task.rpartition(".")[2] for task in tasks}
    wanted |= {field.name for field in LedgerEntry._meta.fields} - {"id"}
    wanted |= {str(state) for state in SyncState}
    wanted |= {name for name in dir(settings) if name.startswith("SOLR_SYNC_")}
    wanted |= set(re.findall(r'id="(solr_sync\.\w+)"', text_of("solr_sync/checks.py")))
    assert {name for name in wanted if f"`{name}`" not in reference} == set()


def test_messages_from_elsewhere_go_where_ours_go() -> None:
    how_to = text_of("docs/how-to/tell-the-catalogue-from-another-program.md")
    assert names.SYNC_DOCUMENT in how_to
    assert f'exchange="{settings.CELERY_TASK_DEFAULT_EXCHANGE}"' in how_to
    route = settings.CELERY_TASK_ROUTES[names.SYNC_DOCUMENT]
    assert f'routing_key="{route["queue"]}"' in how_to
