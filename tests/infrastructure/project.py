"""What the files of the project say about themselves, as the tests here compare it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parent.parent.parent
READERS = [
    *(PROJECT / "config").glob("*.py"),
    *(PROJECT / "services").glob("*.py"),
    PROJECT / "flowerconfig.py",
    PROJECT / "gunicorn.conf.py",
]


def compose(file: str = "docker-compose.yml") -> dict[str, Any]:
    return dict(yaml.safe_load((PROJECT / file).read_text(encoding="utf-8")))


def supervised() -> dict[str, dict[str, str]]:
    """The programs of supervisord.conf with their options."""
    parser = RawConfigParser(inline_comment_prefixes=(" ;",))
    parser.read(PROJECT / "supervisord.conf", encoding="utf-8")
    prefix = "program:"
    return {
        section.removeprefix(prefix): dict(parser.items(section))
        for section in parser.sections()
        if section.startswith(prefix)
    }


def words(command: str | list[str]) -> list[str]:
    return command if isinstance(command, list) else shlex.split(command)


def consumed_queues(commands: Iterator[list[str]]) -> set[str]:
    return {
        queue
        for command in commands
        if "worker" in command
        for queue in command[command.index("-Q") + 1].split(",")
    }


def example_names() -> set[str]:
    text = (PROJECT / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^#?([A-Z][A-Z_]+)=", text, re.MULTILINE))


def names_read() -> set[str]:
    """Every setting that some file looks up by its name."""
    look_up = re.compile(
        r"\.(?:find|text|given|flag|number|port|words|http_url|read_as|environ\.get)\(\s*\"([A-Z][A-Z_]+)\""
    )
    return {name for file in READERS for name in look_up.findall(file.read_text(encoding="utf-8"))}
