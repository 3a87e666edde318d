"""Every Python package is pinned, also those that only others need."""

from __future__ import annotations

import re
from importlib.metadata import distribution

import pytest

from tests.infrastructure.project import PROJECT

MARKERS_THAT_ARE_FALSE = re.compile(r"extra ==|python_version < |sys_platform == .win|_name == .nt")


def pinned(file: str) -> dict[str, str]:
    lines = (PROJECT / file).read_text(encoding="utf-8").splitlines()
    wanted = [line.partition("#")[0].strip() for line in lines]
    pairs = [line.partition("==") for line in wanted if line and not line.startswith("-r")]
    return {normal(name): version for name, _, version in pairs}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def needs(name: str) -> set[str]:
    """What the installed package needs always: extras and other platforms left out."""
    wanted = list(distribution(name).requires or [])
    always = [line for line in wanted if not MARKERS_THAT_ARE_FALSE.search(line)]
    names = [re.match(r"[\w.-]+", line) for line in always]
    return {normal(found[0]) for found in names if found}


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_line_has_a_version(file: str) -> None:
    assert all(pinned(file).values())


def test_what_packages_need_is_pinned_too() -> None:
    production = pinned("requirements.txt")
    everything = production | pinned("requirements-dev.txt")
    for name in production:
        assert needs(name) - {"setuptools", "tzdata"} <= production.keys(), name
    for name in everything:
        assert needs(name) - {"setuptools", "tzdata"} <= everything.keys(), name


def test_pinned_is_what_is_installed() -> None:
    for name, version in (pinned("requirements.txt") | pinned("requirements-dev.txt")).items():
        assert distribution(name).version == version
