"""Puts what is missing in place: Debian packages, Python packages in `.venv`, Solr's jars."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from services import postgresql, rabbitmq, solr
from services.environment import PROJECT
from services.service import NotInstalledError

VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
RUN, DEVELOP = "requirements.txt", "requirements-dev.txt"


class InstallationError(Exception):
    """Something could not be installed; the message says what is wanted."""


@dataclass(frozen=True)
class Package:
    """A Debian package, and how to see that what it brings is there, from wherever it came.

    `one|other` is the first of them that apt knows.
    """

    name: str
    is_present: Callable[[], bool]


def _brings(program: str) -> Callable[[], bool]:
    return lambda: shutil.which(program) is not None


def _found(look_up: Callable[[], object]) -> Callable[[], bool]:
    def is_present() -> bool:
        try:
            look_up()
        except NotInstalledError:
            return False
        return True

    return is_present


# Chromium without windows takes a third of the time.
BROWSERS = ("chromium-headless-shell", "chromium")


def browser() -> str | None:
    """The path of the better one that is there."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


VENV_MODULE = Package("python3-venv", lambda: importlib.util.find_spec("ensurepip") is not None)
BROKER = Package("rabbitmq-server", _found(lambda: rabbitmq.program("rabbitmq-server")))
SEARCH = (Package("default-jdk-headless", _brings("javac")), Package("maven", _brings("mvn")))
TESTS = (
    Package("postgresql", _found(postgresql.programs)),
    Package("|".join(BROWSERS), lambda: browser() is not None),
    Package("fonts-dejavu-core", Path("/usr/share/fonts/truetype/dejavu").is_dir),
    Package("docker-compose", _brings("docker-compose")),
)


def install_packages(packages: Sequence[Package]) -> None:
    missing = [package.name for package in packages if not package.is_present()]
    if not missing:
        return
    wanted = " ".join(missing)
    if not shutil.which("apt-get"):
        raise InstallationError(f"Wanted (Debian's names): {wanted}. There is no apt-get here.")
    is_root = os.geteuid() == 0
    if not is_root and not shutil.which("sudo"):
        raise InstallationError(f"Wanted: apt-get install {wanted}. Here is neither root nor sudo.")
    print(f"Installing Debian packages: {wanted}", flush=True)
    script = str(PROJECT / "services" / "install_packages.sh")
    _run([*([] if is_root else ["sudo"]), "sh", script, *missing])


def install_python_packages(requirements: str) -> None:
    """Makes `.venv` hold what the file names; nothing happens where it does already."""
    if _is_marked(requirements):
        return
    print(f"Installing Python packages of {requirements} into .venv (about 100 MB)", flush=True)
    _create_venv()
    pip = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    _run([*pip, "--requirement", str(PROJECT / requirements)])
    for contained in {RUN, requirements}:
        _mark(contained).write_text(_requirements_state(contained), encoding="ascii")


def _mark(requirements: str) -> Path:
    return VENV / f"installed-{requirements}"


def _is_marked(requirements: str) -> bool:
    mark = _mark(requirements)
    return mark.is_file() and mark.read_text(encoding="ascii") == _requirements_state(requirements)


def _requirements_state(requirements: str) -> str:
    return _fingerprint(*{PROJECT / RUN, PROJECT / requirements}, text=_interpreter())


def _interpreter() -> str:
    """What `.venv` depends on: its programs hold the folder's path and are for one Python."""
    return f"{sys.version_info[:3]} {VENV}"


def _create_venv() -> None:
    mark = VENV / "interpreter"
    if mark.is_file() and mark.read_text(encoding="utf-8") == _interpreter():
        return
    if VENV.is_symlink():  # emptying it would empty the folder that it leads to
        raise InstallationError(f"{VENV} is a link: remove it, so that a folder can be made there")
    venv.create(VENV, clear=True, with_pip=True)
    mark.write_text(_interpreter(), encoding="utf-8")


def install_solr() -> None:
    """Fetches the jars of `solr/pom.xml` by Maven and compiles the launcher, once."""
    mark = solr.JARS.parent / "installed"
    folder = solr.SCRIPT.parent
    state = _fingerprint(folder / "pom.xml", folder / "SolrLauncher.java")
    if mark.is_file() and mark.read_text(encoding="ascii") == state:
        return
    print("Fetching Solr's jars by Maven (133 files, 84 MB)", flush=True)
    _run([str(solr.SCRIPT), "fetch"])
    mark.write_text(state, encoding="ascii")


def _fingerprint(*files: Path, text: str = "") -> str:
    digest = hashlib.sha256(text.encode())
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _run(command: Sequence[str]) -> None:
    status = subprocess.run(command, cwd=PROJECT, check=False).returncode
    if status:
        raise InstallationError(f"{' '.join(command)} ended with status {status}")
