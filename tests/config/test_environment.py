"""Settings come from the environment; a wrong one stops the start with one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from config.environment import (
    ConfigurationError,
    Environment,
    read_env_file,
    refuse_unknown_celery_settings,
)
from tests.programs import PROJECT


def test_names_are_looked_up_in_order(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "local.env").write_text("A=local\nB=local\nC=local\nD=local\n")
    (tmp_path / ".env").write_text("A=dotenv\nB=dotenv\nC=dotenv\n")
    (tmp_path / "b.txt").write_text("from a file\n")
    env = Environment(tmp_path, {"A": "given", "B_FILE": str(tmp_path / "b.txt")})
    assert [env.text(name) for name in "ABCD"] == ["given", "from a file", "dotenv", "local"]


def test_an_empty_value_is_as_good_as_none(tmp_path: Path) -> None:
    assert Environment(tmp_path, {"NAME": ""}).text("NAME", "default") == "default"


def test_env_files_may_have_comments_and_quotes(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# a comment\n\nNAME = 'a value'\n")
    assert read_env_file(tmp_path / ".env") == {"NAME": "a value"}


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("PORT", "many", lambda env: env.port("PORT", 1)),
        ("PORT", "70000", lambda env: env.port("PORT", 1)),
        ("DEBUG", "perhaps", lambda env: env.flag("DEBUG")),
        ("SITE_URL", "example.org", lambda env: env.http_url("SITE_URL")),
        ("BROKER_URL", "redis://127.0.0.1", lambda env: env.broker_url()),
        ("SECRET_KEY_FILE", "/no/such/file", lambda env: env.text("SECRET_KEY")),
        ("SECRET_KEY", "", lambda env: env.text("SECRET_KEY")),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str, read) -> None:
    with pytest.raises(ConfigurationError, match=name):
        read(Environment(tmp_path, {name: value}))


def test_a_secret_is_not_shown(tmp_path: Path) -> None:
    env = Environment(tmp_path, {"SOME_PASSWORD": "hunter2"})
    with pytest.raises(ConfigurationError) as error:
        env.number("SOME_PASSWORD", 1)
    assert "hunter2" not in str(error.value)


def test_the_parts_of_the_broker_may_have_any_characters(tmp_path: Path) -> None:
    odd = "a/b:c@d %é"
    parts = {"BROKER_USER": odd, "BROKER_PASSWORD": odd, "BROKER_VHOST": odd}
    url = urlsplit(Environment(tmp_path, parts).broker_url())
    assert [unquote(str(part)) for part in (url.username, url.password, url.path[1:])] == [odd] * 3
    assert (url.hostname, url.port) == ("127.0.0.1", 5672)


def test_a_misspelt_celery_setting_is_an_error() -> None:
    refuse_unknown_celery_settings(["CELERY_TASK_ACKS_LATE", "CELERY_DB_REUSE_MAX", "OTHER"])
    with pytest.raises(ConfigurationError, match="CELERY_TASK_ACK_LATE"):
        refuse_unknown_celery_settings(["CELERY_TASK_ACK_LATE"])


def test_a_program_stops_with_one_line(tmp_path: Path) -> None:
    environment = os.environ | {"SOLR_URL": "ftp://nowhere", "DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [
        "SOLR_URL: its value is not an address that begins with http:// or https://"
    ]
