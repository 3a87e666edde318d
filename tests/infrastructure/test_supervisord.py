"""supervisord.conf, and what `make run` makes of it."""

from __future__ import annotations

from configparser import RawConfigParser
from pathlib import Path

import pytest
from django.conf import settings

from services import run
from services.environment import Environment
from services.service import ServiceError
from services.supervision import LONGEST_SOCKET_PATH, Supervisor
from tests.infrastructure.project import PROJECT, supervised, words

PROGRAMS = {
    *("web", "worker-live", "worker-bulk", "worker-jobs"),
    *("beat", "flower", "rabbitmq", "solr"),
}
WORKERS = [name for name in PROGRAMS if name.startswith("worker-")]


def test_it_runs_every_process() -> None:
    assert set(supervised()) == PROGRAMS


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_logs_rotate_in_the_data_folder(name: str) -> None:
    program = supervised()[name]
    assert program["stdout_logfile"] == f"%(here)s/var/log/{name}.log"
    assert program["stdout_logfile_maxbytes"] == "10MB"
    assert int(program["stdout_logfile_backups"]) > 0


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_programs_start_again_when_they_die(name: str) -> None:
    program = supervised()[name]
    # Expected is only the end of a server that is not wanted, with status 0.
    assert program["autorestart"] == "true" or program["exitcodes"] == "0"
    assert program["killasgroup"] == "true"


@pytest.mark.parametrize("name", sorted(WORKERS))
def test_workers_have_time_to_end_their_tasks(name: str) -> None:
    program = supervised()[name]
    assert int(program["stopwaitsecs"]) > settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT
    # The processes of a pool pay no heed to this signal, and would die of SIGTERM.
    assert (program["stopasgroup"], program["stopsignal"]) == ("true", "INT")


def test_servers_start_first_and_end_last() -> None:
    by_priority = sorted(supervised(), key=lambda name: int(supervised()[name]["priority"]))
    assert by_priority[:2] == ["rabbitmq", "solr"]


def fitted(data_dir: Path, **variables: str) -> RawConfigParser:
    environment = Environment(PROJECT, {"DATA_DIR": str(data_dir), **variables})
    supervisor = Supervisor(environment)
    data_dir.mkdir(parents=True, exist_ok=True)
    supervisor.write_configuration()
    parser = RawConfigParser()
    parser.read(supervisor.configuration, encoding="utf-8")
    return parser


def test_make_run_fits_it_to_the_data_folder(tmp_path: Path) -> None:
    folder = tmp_path / "with blank"
    parser = fitted(folder)
    assert parser.get("supervisord", "pidfile") == f"{folder}/supervisord.pid"
    assert parser.get("program:web", "stdout_logfile") == f"{folder}/log/web.log"
    assert parser.get("program:web", "directory") == str(PROJECT)
    assert parser.get("program:web", "autostart") == "false"
    assert parser.get("program:solr", "autostart") == "true"


def test_development_reloads_workers_and_beat(tmp_path: Path) -> None:
    parser = fitted(tmp_path, DEV="1")
    for name in (*WORKERS, "beat"):
        command = words(parser.get(f"program:{name}", "command"))
        assert command[0] == "watchfiles"
        assert command[3] == supervised()[name]["command"]
        assert parser.get(f"program:{name}", "stopasgroup") == "false"
        for folder in command[4:]:
            assert (PROJECT / folder).is_dir()


def test_the_socket_is_short_however_deep_the_folder(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-long-name-of-a-folder"] * 8)
    supervisor = Supervisor(Environment(PROJECT, {"DATA_DIR": str(deep)}))
    assert len(supervisor.socket) <= LONGEST_SOCKET_PATH
    assert fitted(deep).get("unix_http_server", "file") == supervisor.socket
    assert fitted(deep).get("supervisorctl", "serverurl") == f"unix://{supervisor.socket}"


def test_two_that_begin_at_once_do_not_end_each_others_servers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "LOCK_SECONDS", 0.3)
    with (
        run.alone(tmp_path),
        pytest.raises(ServiceError, match="It runs already"),
        run.alone(tmp_path),
    ):
        pass
    with run.alone(tmp_path):
        pass
