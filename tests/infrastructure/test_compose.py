"""docker-compose.yml against the project: no Docker engine is needed for that."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import get_commands

from config.celery import app
from services.__main__ import COMMANDS
from tests.infrastructure.project import (
    PROJECT,
    compose,
    consumed_queues,
    example_names,
    supervised,
    words,
)

SECRETS = {"BROKER_PASSWORD", "FLOWER_BASIC_AUTH", "POSTGRES_PASSWORD", "SECRET_KEY"}
# What the file itself settles, and what is for its ports and for other containers
ELSEWHERE = {
    *("BROKER_URL", "DEBUG", "SOLR_USER", "SOLR_PASSWORD", "SOLR_REPLICAS"),
    *("PORT", "FLOWER_PORT", "SOLR_PORT", "RABBITMQ_PORT", "SOLR_HEAP", "POSTGRES_PASSWORD"),
}
OURS = ["setup", "web", "worker-live", "worker-bulk", "worker-jobs", "beat", "flower", "samples"]
DEVELOPMENT = ["-f", "docker-compose.yml", "-f", "docker-compose.dev.yml"]


def service(name: str) -> dict[str, Any]:
    return dict(compose()["services"][name])


def variables(text: str) -> dict[str, str]:
    """Variables of the file, each with what follows its name: `:-default` or `:?message`."""
    return dict(re.findall(r"(?<!\$)\$\{([A-Z_]+)([^}]*)\}", text))


def commands(file: str = "docker-compose.yml") -> Iterator[list[str]]:
    for name, description in compose(file)["services"].items():
        if name in OURS and "command" in description:
            yield words(description["command"])


def docker_compose(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("docker-compose is not installed")
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [program, *arguments, "config"],
        cwd=PROJECT,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("files", [[], DEVELOPMENT], ids=["production", "development"])
def test_docker_compose_accepts_it(files: list[str]) -> None:
    answer = docker_compose("--env-file", "development.env", *files)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("missing", sorted(SECRETS))
def test_it_refuses_to_start_without_a_secret(missing: str) -> None:
    given = dict.fromkeys(SECRETS - {missing}, "given")
    answer = docker_compose("--env-file", ".env.example", **given)
    assert answer.returncode != 0
    assert missing in answer.stderr


def test_secrets_have_no_default() -> None:
    found = variables((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert SECRETS <= found.keys()
    for name, rest in found.items():
        secret = name in SECRETS
        assert rest.startswith(":?") if secret else rest.startswith(":-"), name


def test_every_variable_is_explained() -> None:
    for file in ("docker-compose.yml", "docker-compose.dev.yml"):
        text = (PROJECT / file).read_text(encoding="utf-8")
        assert variables(text).keys() <= example_names()


def test_our_containers_get_only_settings_that_exist() -> None:
    for name in OURS:
        assert service(name)["environment"].keys() <= example_names()


def test_our_containers_get_every_setting_that_is_for_them() -> None:
    for name in OURS:
        assert example_names() - service(name)["environment"].keys() == ELSEWHERE


def test_every_command_exists() -> None:
    known = get_commands()
    for command in commands():
        for part in " ".join(command).removeprefix("sh -c ").split(" && "):
            program, *rest = part.split()
            if program == "python" and rest[0] == "manage.py":
                assert rest[1] in known
            elif program == "python":
                assert rest[:2] == ["-m", "services"]
                assert rest[2] in COMMANDS
            elif program == "celery":
                assert rest[:2] == ["-A", "config"]
            else:
                assert [program, rest[0]] == ["gunicorn", "config.wsgi"]


def test_health_checks_of_ours_exist() -> None:
    for name in OURS:
        check = service(name).get("healthcheck", {}).get("test", [])
        if check[:1] == ["CMD"]:
            assert check[1:4] == ["python", "-m", "services"]
            assert check[4] in COMMANDS
        elif check:
            assert check[1].startswith("celery -A config inspect ping")


def test_every_task_goes_to_a_queue_that_some_worker_consumes() -> None:
    app.loader.import_default_modules()
    tasks = [name for name in app.tasks if not name.startswith("celery.")]
    assert tasks
    supervisord = (words(program["command"]) for program in supervised().values())
    development = (command[3].split() for command in commands("docker-compose.dev.yml"))
    for consumed in map(consumed_queues, (commands(), development, supervisord)):
        for task in tasks:
            assert app.amqp.router.route({}, task)["queue"].name in consumed, task


def test_processes_are_those_of_supervisord() -> None:
    assert set(supervised()) - {"rabbitmq", "solr"} <= set(compose()["services"])


def test_uploads_are_seen_by_web_and_workers() -> None:
    for name in ("web", "worker-live", "worker-bulk", "worker-jobs"):
        description = service(name)
        assert f"media:{description['environment']['MEDIA_ROOT']}" in description["volumes"]


def test_every_volume_is_declared_and_used() -> None:
    description = compose()
    mounted = {
        volume.partition(":")[0]
        for each in description["services"].values()
        for volume in each.get("volumes", [])
    }
    assert mounted == set(description["volumes"])


def test_volumes_are_folders_of_the_image_that_belong_to_its_user() -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    made = re.search(r"install -d -o catalogue -g catalogue (.*)", dockerfile)
    assert made
    folders = {volume.split(":")[1] for name in OURS for volume in service(name).get("volumes", [])}
    assert folders <= set(made[1].split())
    assert "USER catalogue" in dockerfile


def test_files_named_in_it_exist() -> None:
    text = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
    for path in re.findall(r"import_layers (\S+)", text):
        assert (PROJECT / path).is_file()
    assert (PROJECT / "development.env").is_file()


def test_only_the_site_listens_to_others() -> None:
    for name, description in compose()["services"].items():
        for port in description.get("ports", []):
            assert name == "web" or port.startswith("127.0.0.1:")


def test_containers_wait_for_the_health_of_what_they_need() -> None:
    for name in OURS:
        for needed, wait in service(name)["depends_on"].items():
            if wait["condition"] == "service_healthy":
                assert "healthcheck" in service(needed)
            else:
                assert (needed, wait["condition"]) == ("setup", "service_completed_successfully")


def test_solr_is_the_release_of_the_pom() -> None:
    pom = (PROJECT / "solr" / "pom.xml").read_text(encoding="utf-8")
    release = re.search(r"<solr.version>(.*)</solr.version>", pom)
    assert release
    assert service("solr")["image"] == f"solr:{release[1]}"
