from unittest.mock import Mock

import pytest
import requests

from catalogue.search.breaker import Breaker
from solr_sync.exceptions import SolrUnavailable


def unreachable():
    raise SolrUnavailable("Solr does not answer") from requests.ConnectionError()


def ask(breaker, question):
    with breaker.guard():
        question()


def test_after_a_failed_connection_nobody_waits_again():
    breaker, question = Breaker(pause=60), Mock(side_effect=unreachable)
    for _ in range(3):
        with pytest.raises(SolrUnavailable, match="does not answer"):
            ask(breaker, question)
    assert question.call_count == 1


def test_after_a_while_one_tries_again():
    breaker = Breaker(pause=0)
    with pytest.raises(SolrUnavailable):
        ask(breaker, unreachable)
    ask(breaker, lambda: None)


def test_one_alone_tries_and_the_others_do_not_wait():
    breaker = Breaker(pause=0)
    with pytest.raises(SolrUnavailable):
        ask(breaker, unreachable)
    breaker.pause = 60

    def others_ask():
        with pytest.raises(SolrUnavailable, match="does not answer"):
            ask(breaker, lambda: None)

    ask(breaker, others_ask)
    ask(breaker, lambda: None)


def test_a_bad_answer_may_be_the_fault_of_one_question():
    breaker = Breaker(pause=60)

    def refused():
        raise SolrUnavailable("Solr answered 500: too many nested clauses")

    with pytest.raises(SolrUnavailable):
        ask(breaker, refused)
    ask(breaker, lambda: None)
