"""What the how-tos say is done here word by word."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings

from layers.models import Layer
from services.bundle import Services
from solr_sync.content import RESERVED
from solr_sync.processors import without_waking
from tests.programs import PROJECT, Process, eventually
from tests.solr_sync.conftest import entry_of

TELL = "docs/how-to/tell-the-catalogue-from-another-program.md"
INDEX = "docs/how-to/index-your-own-model.md"
EXAMPLE_ID = "877c9afc-8dde-4681-a858-0de38427bdd9"


def blocks(document: str, language: str) -> list[str]:
    text = (PROJECT / document).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def quiet(workers: Any) -> Layer:
    """Saved, and nobody was told."""
    with without_waking():
        return Layer.objects.create(title="Saved elsewhere")


def wait_until_done(worker: Process, task: str, layer: Layer) -> None:
    """A worker that was at work already may have taken the layer; the task says so then."""
    line = f"Task solr_sync.tasks.sync_document[{task}] succeeded"
    eventually(lambda: worker.has_logged(line), what=line)
    eventually(lambda: not entry_of(layer).pending, what="the layer in Solr")


def test_another_program_sends_a_task(quiet: Layer, workers: dict[str, Process]) -> None:
    (code,) = blocks(TELL, "python")
    code = re.sub(r'broker="[^"]*"', f'broker="{settings.CELERY_BROKER_URL}"', code)
    code = code.replace(EXAMPLE_ID, str(quiet.pk)).replace("app.send", "sent = app.send")
    # Another program indeed: here its Celery application would become the current one.
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nprint(sent.id)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    wait_until_done(workers["live"], done.stdout.strip(), quiet)


def test_another_program_publishes_a_message(
    quiet: Layer, workers: dict[str, Process], services: Services
) -> None:
    (command,) = blocks(TELL, "sh")
    account = services.rabbitmq.account
    command = re.sub(
        r"http://127.0.0.1:15672/api/", services.rabbitmq.management_url, command
    ).replace("catalogue:PASSWORD", f"{account.user}:{account.password}")
    command = command.replace("exchanges/catalogue", f"exchanges/{quote(account.vhost, safe='')}")
    script = command.replace(EXAMPLE_ID, str(quiet.pk)) + "\necho; echo $task"
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=True, timeout=30
    )
    answer, task = done.stdout.split()
    assert answer == '{"routed":true}'
    wait_until_done(workers["live"], task, quiet)


def test_the_schema_that_is_asked_for_is_the_one_that_is_checked() -> None:
    text = (PROJECT / INDEX).read_text(encoding="utf-8")
    table = text.partition("| Field | Type |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == RESERVED | {"_version_"}


def test_the_example_of_a_document_is_python() -> None:
    for code in blocks(INDEX, "python"):
        compile(code, INDEX, "exec")
