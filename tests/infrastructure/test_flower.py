"""flowerconfig.py against the options of the Flower that is installed."""

from __future__ import annotations

import runpy
from types import SimpleNamespace
from typing import Any

import pytest
from flower.options import options

from config import settings
from config.environment import ConfigurationError
from tests.infrastructure.project import PROJECT

IMPORTED = {"hashlib", "re", "urlsplit", "env", "port"}


def configuration() -> dict[str, Any]:
    return {
        name: value
        for name, value in runpy.run_path(str(PROJECT / "flowerconfig.py")).items()
        if name.islower() and not name.startswith("_")
    }


def test_every_name_is_an_option_of_flower() -> None:
    for name in configuration().keys() - IMPORTED:
        assert name in options.as_dict(), name


def test_flower_asks_for_the_password() -> None:
    found = configuration()
    assert found["basic_auth"] == [settings.FLOWER_BASIC_AUTH]
    assert found["address"] == "127.0.0.1"


@pytest.mark.parametrize("given", [None, "", "only-a-user", "operator:Schlüssel"])
def test_flower_does_not_start_without_a_password_that_it_can_check(
    given: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "FLOWER_BASIC_AUTH", given)
    with pytest.raises(ConfigurationError, match="FLOWER_BASIC_AUTH"):
        configuration()


def test_sessions_outlive_a_restart() -> None:
    assert configuration()["cookie_secret"] == configuration()["cookie_secret"]
    assert settings.SECRET_KEY not in configuration()["cookie_secret"]


def test_columns_are_known_to_flower() -> None:
    from flower.views.tasks import TASK_COLUMNS

    assert set(configuration()["tasks_columns"].split(",")) <= set(TASK_COLUMNS)


@pytest.mark.parametrize(
    ("result", "exception", "shown"),
    [
        ("'taken by Solr: layer 7'", None, "taken by Solr: layer 7"),
        (
            None,
            "SolrUnavailable('Solr at http://h:1/solr: refused')",
            "Solr at http://h:1/solr: refused",
        ),
        (None, "DocumentRejected(\"field 'x' is unknown\")", "field 'x' is unknown"),
        (None, "TimeLimitExceeded(180,)", "TimeLimitExceeded(180,)"),
        (None, None, ""),
    ],
)
def test_the_list_of_tasks_says_in_plain_words_what_happened(
    result: str | None, exception: str | None, shown: str
) -> None:
    task = SimpleNamespace(result=result, exception=exception)
    assert configuration()["format_task"](task).result == shown
