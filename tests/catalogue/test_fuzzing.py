"""The API under requests that schemathesis makes from its own description."""

from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection

from tests.catalogue.factories import make_full_layer

pytestmark = pytest.mark.django_db
READING = ("/api/search", "/api/suggest", "/api/overview")
# The same examples each time: a test that fails now and then helps nobody.
BOUNDED = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def kept_connection():
    """A request would end the connection, and the test's transaction with it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def operations(client_of_solr, index, kept_connection):
    index(make_full_layer())
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", WSGIHandler())
    found: list[Any] = [result.ok() for result in schema.get_all_operations()]  # type: ignore[union-attr]
    return {(operation.method.upper(), operation.path): operation for operation in found}


@pytest.mark.parametrize("path", READING)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_each_question_is_answered_or_refused_with_the_field(operations, path, mode):
    """What the description allows may still be no box or no date; what it forbids is refused."""
    operation = operations["GET", path]

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        answer = case.call()
        checks = [not_a_server_error]
        if mode is GenerationMode.NEGATIVE:
            checks.append(negative_data_rejection)
        case.validate_response(answer, checks=checks)
        assert answer.status_code in {200, 422}
        if answer.status_code == 422:
            errors = answer.json()["errors"]
            assert errors
            assert all(texts and all(texts) for texts in errors.values())

    ask()


def test_nothing_that_is_sent_to_any_address_is_an_error_of_ours(operations):
    for operation in operations.values():

        @settings(BOUNDED, max_examples=4)
        @given(case=operation.as_strategy(), host=st.just("127.0.0.1"))
        def send(case, host):
            answer = case.call(headers={"Host": host})
            assert answer.status_code < 500, (case.method, case.formatted_path)

        send()
