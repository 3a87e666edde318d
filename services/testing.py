"""`make test` and `make lint`: services of its own, all checks and tests, nothing left."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from services import bundle, installation, process
from services.bundle import Services
from services.environment import PROJECT
from services.installation import VENV
from services.run import Interrupted, interruptible
from services.service import Service
from services.supervision import MARK

CHECKS = (
    ("ruff", "check", "--quiet"),
    ("ruff", "format", "--check", "--quiet"),
    ("mypy", "."),
    ("lint-imports",),
    ("python", "manage.py", "makemigrations", "--check", "--dry-run", "--verbosity=1"),
    ("python", "manage.py", "check"),
)
SQLITE = "sqlite"
# As many processes share the tests, each with services of its own, as tests/parallel.py says.
PROCESSES = 2
TOGETHER = (f"--numprocesses={PROCESSES}", "--dist=loadscope", "--no-loadscope-reorder")


def test(arguments: Sequence[str]) -> int:
    """Runs the checks and all tests; with arguments for pytest, pytest alone, in one process."""
    if selected(arguments):
        return with_services(["pytest"], arguments)
    install_for_tests()
    # Compiled once and quickly, Solr takes less than half of the CPU in runs as short as these.
    os.environ["JAVA_TOOL_OPTIONS"] = "-XX:TieredStopAtLevel=1"
    with temporary_folder() as folder:
        folders = [folder / f"gw{n}" for n in range(PROCESSES)]
        started = [service for each in folders for service in start(bundle.in_folder(each))]
        os.environ |= settings(bundle.in_folder(folders[0]), folders[0])
        if failed := failing(CHECKS):
            return report(failed)
        for service in started:
            service.wait_ready(120)
        os.environ |= {"PYTHONPATH": str(PROJECT), "PYTEST_PLUGINS": "tests.parallel"}
        return run_step(["pytest", *TOGETHER])


def selected(arguments: Sequence[str]) -> list[str]:
    """Arguments of the command line and of `make … ARGS=`."""
    return [*arguments, *shlex.split(os.environ.get("ARGS", ""))]


def pictures(arguments: Sequence[str]) -> int:
    """The browser tests, which keep what they see in var/screenshots."""
    os.environ["PICTURES"] = "1"
    return with_services(["pytest", "tests/browser"], arguments)


def faults(arguments: Sequence[str]) -> int:
    """Each fault by itself with editors at work; a table at the end."""
    return with_services(["pytest", "tests/faults", "-m", "soak"], arguments)


def soak(arguments: Sequence[str]) -> int:
    """Editors at work while services die, on services of its own; the last line is JSON."""
    return with_services(["python", "-m", "benchmarks.soak"], arguments)


def with_services(command: Sequence[str], arguments: Sequence[str]) -> int:
    install_for_tests()
    with temporary_folder() as folder:
        services = bundle.in_folder(folder)
        started = start(services)
        os.environ |= settings(services, folder)
        for service in started:
            service.wait_ready(120)
        return run_step([*command, *selected(arguments)])


def lint(_arguments: Sequence[str]) -> int:
    install_for_tests()
    with temporary_folder() as folder:
        os.environ["DATABASE"] = SQLITE
        os.environ |= settings(bundle.in_folder(folder), folder)
        return report(failing(CHECKS))


def install_for_tests() -> None:
    everything = [installation.VENV_MODULE, installation.BROKER, *installation.SEARCH]
    installation.install_packages([*everything, *installation.TESTS])
    installation.install_python_packages(installation.DEVELOP)
    installation.install_solr()


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for services and data; at the end whatever was started with it is ended."""
    folder = Path(tempfile.mkdtemp(prefix="catalogue-"))
    folder.chmod(0o755)  # PostgreSQL goes in as another user
    try:
        with ending_all(folder):
            try:
                yield folder
            finally:
                for services in bundle.found_in(folder):
                    keep_logs(services, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def ending_all(folder: Path) -> Iterator[None]:
    """What is started in this block with these services' mark ends with it, at Ctrl-C too."""
    os.environ |= {MARK: str(folder), bundle.VARIABLE: str(folder)}
    try:
        with interruptible():
            yield
    except Interrupted:
        sys.exit("interrupted")
    finally:
        for services in bundle.found_in(folder):
            services.stop()
        process.end(process.marked(MARK, str(folder)), signal.SIGKILL, 10)


def start(services: Services) -> list[Service]:
    wanted: list[Service] = [services.rabbitmq, services.solr]
    if os.environ.get("DATABASE") != SQLITE:
        wanted.append(services.postgresql)
    for service in wanted:
        service.start()
    return wanted


def settings(services: Services, folder: Path) -> dict[str, str]:
    on_sqlite = os.environ.get("DATABASE") == SQLITE
    database = f"sqlite:///{folder}/catalogue.sqlite3" if on_sqlite else services.postgresql.url
    return {
        bundle.VARIABLE: str(folder),
        "DATA_DIR": str(folder / "data"),
        "DATABASE_URL": database,
        "BROKER_URL": services.rabbitmq.url,
        "SOLR_URL": services.solr.url,
        "SITE_URL": "http://127.0.0.1:8000",
        "DEBUG": "0",
        "SECRET_KEY": "only for tests",
        "FLOWER_BASIC_AUTH": "operator:only for tests",
        "PATH": f"{VENV / 'bin'}:{os.environ['PATH']}",
    }


def failing(steps: Sequence[Sequence[str]]) -> list[str]:
    return [" ".join(step) for step in steps if run_step(step)]


def run_step(step: Sequence[str]) -> int:
    print(f"── {shlex.join(step)}", flush=True)
    return subprocess.run(step, cwd=PROJECT, check=False).returncode


def report(failed: Sequence[str]) -> int:
    if failed:
        print("failed: " + ", ".join(failed), file=sys.stderr)
    return 1 if failed else 0


def keep_logs(services: Services, folder: Path) -> None:
    """The services' logs of the last run, for when a test failed."""
    for service in services:
        if service.log.exists():
            part = service.directory.parent.relative_to(folder)
            kept = PROJECT / "var" / "log" / "tests" / part
            kept.mkdir(parents=True, exist_ok=True)
            shutil.copy(service.log, kept)
