"""Web and workers see the same folder of files, or are told."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks

from uploads import media as folder
from uploads.models import MediaFolder


@pytest.fixture(autouse=True)
def nobody_was_here(db) -> None:
    """Workers that other tests started mark their folder, and commit it."""
    MediaFolder.objects.all().delete()


def test_the_first_process_marks_the_folder(db, media) -> None:
    assert folder.difference() == ""
    assert (media / ".catalogue").read_text().strip() == str(MediaFolder.objects.get().mark)
    assert folder.difference() == ""


def test_another_folder_is_told_at_the_start(db, media, settings, tmp_path, caplog) -> None:
    folder.complain()
    assert caplog.text == ""
    settings.MEDIA_ROOT = str(tmp_path / "elsewhere")
    folder.complain()
    assert "not the folder that the other processes use" in caplog.text
    found = run_checks(tags=["database"], databases=["default"])
    assert "uploads.E001" in {message.id for message in found}
