"""services/: what can be seen without starting a server, and RabbitMQ as `make test` started it."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from kombu import Connection, Exchange, Queue

from services import Account, RabbitMQ, Services, installation, ports, probes, process
from services.environment import LOCAL, Environment, SettingError
from services.postgresql import PostgreSQL
from services.process import Command, PidFile
from services.rabbitmq import HIGHEST_OFFSET, MANAGEMENT, hash_password
from services.run import all_ports
from services.solr import Solr
from tests.programs import eventually


def test_a_port_in_use_is_named() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ports.PortInUseError, match=f"port {port} \\(PORT\\) is in use"):
            ports.require_free({"PORT": port})


def test_one_port_for_two_programs_is_refused(tmp_path: Path) -> None:
    environment = Environment(tmp_path, {"PORT": "8100", "FLOWER_PORT": "8100"})
    with pytest.raises(ports.PortInUseError, match="8100"):
        all_ports(environment, [])


def test_a_folder_that_a_link_leads_to_is_not_emptied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere := tmp_path / "elsewhere").mkdir()
    (kept := elsewhere / "kept").touch()
    (link := tmp_path / ".venv").symlink_to(elsewhere)
    monkeypatch.setattr(installation, "VENV", link)
    with pytest.raises(installation.InstallationError, match="is a link: remove it"):
        installation.install_python_packages(installation.RUN)
    assert kept.exists()


def test_ports_stay_valid_up_to_the_highest() -> None:
    assert 45_000 + HIGHEST_OFFSET <= 65_535
    with pytest.raises(SettingError, match="RABBITMQ_PORT"):
        _ = Environment(variables={"RABBITMQ_PORT": "45001"}).rabbitmq_port


def test_a_free_port_leaves_room_for_the_others() -> None:
    port = ports.find_free([MANAGEMENT], avoid=range(6000, 9000))
    assert port >= 9000
    assert ports.is_free(port + MANAGEMENT)


@pytest.mark.parametrize("value", ["", "0", "65536", "eighty", "8O00", "-1"])
def test_a_wrong_port_is_named(tmp_path: Path, value: str) -> None:
    environment = Environment(tmp_path, {"PORT": value})
    if value == "":
        assert environment.web_port == 8000
    else:
        with pytest.raises(SettingError, match="PORT"):
            _ = environment.web_port


def test_settings_are_looked_up_in_order(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file\n")
    (tmp_path / ".env").write_text("DATA_DIR=data dir\nSITE_URL='http://x'\nSECRET_KEY=dot\n")
    (tmp_path / "data dir").mkdir()
    (tmp_path / "data dir" / LOCAL).write_text("SECRET_KEY=local\nBROKER_PASSWORD=local\n")
    plain = Environment(tmp_path, {})
    assert plain.data_dir == tmp_path / "data dir"
    assert plain.find("SITE_URL") == "http://x"
    assert plain.find("SECRET_KEY") == "dot"
    assert plain.find("BROKER_PASSWORD") == "local"
    given = Environment(tmp_path, {"SECRET_KEY_FILE": "secret", "BROKER_PASSWORD": "given"})
    assert given.find("SECRET_KEY") == "from the file"
    assert given.find("BROKER_PASSWORD") == "given"


def test_secrets_are_made_once_and_kept_to_oneself(tmp_path: Path) -> None:
    environment = Environment(tmp_path, {"DATA_DIR": "data", "SECRET_KEY": "given"})
    environment.generate_secrets()
    file = tmp_path / "data" / LOCAL
    assert file.stat().st_mode & 0o777 == 0o600
    assert "SECRET_KEY" not in file.read_text()
    again = Environment(tmp_path, {"DATA_DIR": "data"})
    password = again.find("BROKER_PASSWORD")
    again.generate_secrets()
    assert again.find("BROKER_PASSWORD") == password
    assert (again.find("FLOWER_BASIC_AUTH") or "").startswith("operator:")


def test_a_pid_used_again_is_not_ours(tmp_path: Path) -> None:
    file = PidFile(tmp_path / "pid")
    file.write(os.getpid())
    assert file.read() == os.getpid()
    file.path.write_text(f"{os.getpid()} 1\n")
    assert file.read() is None


def test_a_process_that_ignores_us_is_killed(tmp_path: Path) -> None:
    script = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1); time.sleep(60)"
    command = Command("deaf", [sys.executable, "-u", "-c", script], dict(os.environ), tmp_path)
    pid = process.spawn(command, tmp_path / "log", detached=True)
    eventually(lambda: (tmp_path / "log").read_text(), what="the process's start")
    assert not process.end([pid], signal.SIGTERM, patience=0.2)
    assert process.gone([pid])


def test_processes_are_found_by_their_mark(tmp_path: Path) -> None:
    child = subprocess.Popen(["sleep", "60"], env={"CATALOGUE_RUN": str(tmp_path)})
    try:
        eventually(lambda: process.marked("CATALOGUE_RUN", str(tmp_path)) == [child.pid])
    finally:
        child.kill()
        child.wait()


def test_services_of_two_folders_share_nothing(tmp_path: Path) -> None:
    first, second = (RabbitMQ(tmp_path / name, 5672) for name in ("a", "b"))
    for each in (first, second):
        each.directory.mkdir()
        each.prepare()
    assert first.node_name != second.node_name
    assert (first.directory / ".erlang.cookie").read_text() != (
        second.directory / ".erlang.cookie"
    ).read_text()
    assert first.account.password != second.account.password


def test_an_account_may_have_any_characters(tmp_path: Path) -> None:
    account = Account(user="a b", password="p@ss/%", vhost="/v host")
    assert RabbitMQ(tmp_path, 5672, account).url == (
        "amqp://a%20b:p%40ss%2F%25@127.0.0.1:5672/%2Fv%20host"
    )


def test_passwords_are_salted() -> None:
    assert hash_password("same") != hash_password("same")
    assert len(base64.b64decode(hash_password("same"))) == 4 + 32


def test_every_service_knows_its_ports(tmp_path: Path) -> None:
    assert set(Solr(tmp_path, 8983).ports.values()) == {8983, 9983}
    assert set(RabbitMQ(tmp_path, 5672).ports.values()) == {5672, 15672, 20672, 25672}
    assert set(PostgreSQL(tmp_path, 5432).ports.values()) == {5432}


def management(rabbitmq: RabbitMQ, path: str, user: str, password: str) -> tuple[int, bytes]:
    credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
    header = {"Authorization": f"Basic {credentials}"}
    answer = probes.get(rabbitmq.port + MANAGEMENT, path, header)
    assert answer
    return answer


def test_rabbitmq_has_no_guest(services: Services) -> None:
    assert management(services.rabbitmq, "/api/whoami", "guest", "guest")[0] == 401
    account = services.rabbitmq.account
    assert management(services.rabbitmq, "/api/whoami", account.user, account.password)[0] == 200


def test_the_policy_holds_for_our_queues(services: Services) -> None:
    account = services.rabbitmq.account
    queue = Queue(
        "index.policy-test",
        Exchange("", type="direct"),
        queue_arguments={"x-queue-type": "quorum"},
    )
    path = f"/api/queues/{account.vhost}/{queue.name}"

    def policy() -> dict[str, object]:
        answer = management(services.rabbitmq, path, account.user, account.password)
        return dict(json.loads(answer[1]).get("effective_policy_definition") or {})

    with Connection(services.rabbitmq.url) as connection:
        bound = queue(connection.default_channel)
        bound.queue_declare()
        try:
            eventually(policy, what="the policy")
            assert policy()["overflow"] == "reject-publish"
            assert policy()["delivery-limit"] == 20
        finally:
            bound.delete()
