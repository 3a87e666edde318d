""".env.example names every setting, and nothing that is none."""

from __future__ import annotations

from tests.infrastructure.project import PROJECT, compose, example_names, names_read

# Given on the command line of make, or set by the programs themselves.
NOT_SETTINGS = {"DEV", "ARGS", "DATABASE", "PATH", "CATALOGUE_SERVICES"}


def test_every_setting_is_explained() -> None:
    assert names_read() - NOT_SETTINGS <= example_names()


def test_everything_explained_is_read() -> None:
    containers = str(compose())
    unread = {name for name in example_names() - names_read() if name not in containers}
    assert unread == set()


def test_commented_values_are_no_secrets() -> None:
    for line in (PROJECT / ".env.example").read_text(encoding="utf-8").splitlines():
        name, _, value = line.lstrip("#").partition("=")
        if name.endswith(("PASSWORD", "KEY", "TOKEN", "AUTH")):
            assert value == ""
