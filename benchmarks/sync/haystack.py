"""django-haystack's `update_index`, with batches as large as ours and a process for each core."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.sync.records import PROJECT
from solr_sync import solr_collections
from solr_sync.solr_collections import Configset

REQUIREMENTS = PROJECT / "benchmarks" / "requirements.txt"
FIELDS = """
  <field name="text" type="text_all" stored="true"/>
  <field name="django_ct" type="string"/>
  <field name="django_id" type="string"/>
"""


def install(folder: Path) -> None:
    """Once; into a folder, so that nothing else sees it."""
    mark = folder / "requirements.txt"
    if mark.exists() and mark.read_text() == REQUIREMENTS.read_text():
        return
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade"]
    subprocess.run([*pip, "--target", str(folder), "-r", str(REQUIREMENTS)], check=True)
    mark.write_text(REQUIREMENTS.read_text())


@contextmanager
def configset(name: str) -> Iterator[Configset]:
    """Ours with haystack's three fields, and no version gate, since it sends no versions."""
    original = solr_collections.configset_of("layers")
    with tempfile.TemporaryDirectory() as folder:
        for file in original.files:
            text = file.read_text(encoding="utf-8")
            if file.name == "schema.xml":
                text = text.replace("</schema>", FIELDS + "</schema>")
            if file.name == "solrconfig.xml":
                text = re.sub(r'name="strict" default="true"', 'name="strict"', text)
            (Path(folder) / file.name).write_text(text, encoding="utf-8")
        yield replace(original, collection=name, folder=Path(folder))


def update_index(collection: str, packages: Path, documents: str) -> float:
    """Seconds for all layers of the database, from the start of the command on.

    `documents` is `ten fields` or `same`.
    """
    command = ["manage.py", "update_index", "--batch-size=1000", "--workers=2", "--verbosity=0"]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "benchmarks.sync.haystack_settings",
        "COLLECTION": collection,
        "DOCUMENTS": documents,
        "PYTHONPATH": os.pathsep.join([str(PROJECT), str(packages)]),
    }
    began = time.monotonic()
    subprocess.run([sys.executable, *command], cwd=PROJECT, env=environment, check=True)
    return time.monotonic() - began
