"""Link checks: public addresses alone, what answers mean, politeness, who is told."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter, defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from itertools import pairwise

import pytest
from django.db.models.functions import Now

from accounts.notices import text_of, unread
from layers.models import Distribution, Layer
from reports import link_check, link_round, public_addresses
from reports.link_check import Answer, check
from reports.link_round import Round, apply
from reports.links import checks_of, dead_links_of, gather, mark_layers, tell_owners
from reports.models import DeadLinks, Link
from solr_sync.models import LedgerEntry


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1",
        "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "ff02::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_private_addresses(text):
    assert not public_addresses.is_public(ip_address(text))


@pytest.mark.parametrize("text", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses(text):
    assert public_addresses.is_public(ip_address(text))


class Site(BaseHTTPRequestHandler):
    """/404, /500 …: that status; /to?x: a redirect to x; /no-head: 405 for HEAD; /slow: later."""

    asked: Counter[str] = Counter()
    times: dict[str, list[float]] = defaultdict(list)
    headers_seen: list[dict[str, str]] = []

    def do_HEAD(self):
        self._answer()

    def do_GET(self):
        self._answer()

    def _answer(self):
        path = self.path
        Site.asked[f"{self.command} {path}"] += 1
        Site.times[self.headers["Host"]].append(time.monotonic())
        Site.headers_seen.append(dict(self.headers))
        status = int(path[1:4]) if path[1:4].isdigit() else 200
        if path == "/no-head" and self.command == "HEAD":
            status = 405
        if self.headers.get("If-None-Match") == '"1"':
            status = 304
        if path.startswith("/to?"):
            status = 302
        self.send_response(status)
        if path.startswith("/to?"):
            self.send_header("Location", path[4:])
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def private(settings):
    settings.LINK_CHECK_PRIVATE = True
    settings.LINK_CHECK_PAUSE = 0


@pytest.mark.parametrize(
    ("path", "works", "status"),
    [
        ("/", True, 200), ("/no-head", True, 200), ("/404", False, 404), ("/410", False, 410),
        ("/500", False, 500), ("/401", True, 401), ("/403", True, 403), ("/400", True, 400),
        ("/to?/", True, 200), ("/to?/404", False, 404),
    ],
)  # fmt: skip
def test_what_answers_mean(site, private, path, works, status):
    found = check(site + path)
    assert (found.works, found.status) == (works, status)


def test_nothing_is_left_running(site, private):
    before = threading.active_count()
    for _time in range(5):
        check(site + "/")
    assert threading.active_count() <= before + 1
    assert not public_addresses.watch._until


def test_conditional_requests(site, private):
    first = check(site + "/")
    again = check(site + "/", first.etag, first.last_modified)
    assert (again.works, again.status) == (True, 304)
    assert "layer-catalogue link check" in Site.headers_seen[-1]["User-Agent"]


def test_private_networks_are_not_asked(site):
    before = sum(Site.asked.values())
    assert check(site + "/").works is None
    assert check("http://localhost:8000/").works is None
    assert check("http://93.184.215.14:22/").works is None
    assert check("ftp://example.org/").works is None
    assert sum(Site.asked.values()) == before


def test_no_redirect_leads_into_a_private_network(site, monkeypatch):
    """The first host counts as public, the one that it leads to does not."""
    public = {"127.0.0.1"}
    monkeypatch.setattr(public_addresses, "is_public", lambda address: str(address) in public)
    assert check(site + "/").works is True
    port = site.rpartition(":")[2]
    found = check(f"{site}/to?http://127.0.0.2:{port}/")
    assert found.works is None
    assert check(f"{site}/to?file:///etc/passwd").works is None


def test_a_name_that_changes_its_address_is_not_asked_again(site, monkeypatch):
    """The connection goes to the address that was looked at."""
    answers = iter(["127.0.0.1", "10.0.0.1"])
    port = int(site.rpartition(":")[2])

    ask = socket.getaddrinfo

    def resolve(host, asked_port, *rest, **options):
        if host != "rebinding.example":
            return ask(host, asked_port, *rest, **options)
        return [(2, 1, 6, "", (next(answers), asked_port))]

    monkeypatch.setattr(public_addresses.socket, "getaddrinfo", resolve)  # type: ignore[attr-defined]
    monkeypatch.setattr(public_addresses, "is_public", lambda address: str(address) == "127.0.0.1")
    before = Site.asked["HEAD /"]
    assert check(f"http://rebinding.example:{port}/").works is True
    assert Site.asked["HEAD /"] == before + 1
    assert next(answers) == "10.0.0.1"


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ([Answer(True, 200)], "works"),
        ([Answer(False, 404, gone=True)], "dead"),
        ([Answer(False)], "trouble"),
        ([Answer(False)] * 3, "dead"),
        ([Answer(False)] * 3 + [Answer(True)], "works"),
        ([Answer(False), Answer(True), Answer(False)], "trouble"),
        ([Answer(None)], "skipped"),
    ],
)
def test_states(answers, state):
    link = Link(url="http://a/", host="a")
    for answer in answers:
        apply(link, answer)
    assert link.state == state
    assert (link.dead_since is not None) == (state == "dead")


def linked(owner, *urls, **kwargs) -> Layer:
    layer = Layer.objects.create(title=f"Layer {urls[0]}", owner=owner, **kwargs)
    Distribution.objects.bulk_create(Distribution(layer=layer, url=url) for url in urls)
    return layer


def version_of(layer: Layer) -> int:
    return LedgerEntry.objects.get(object_id=str(layer.pk)).version


def test_a_round(site, private, committed, settings):
    from accounts.models import User

    owner = User.objects.create(username="owner")
    layer = linked(owner, f"{site}/", f"{site}/404", "ftp://example.org/x")
    secret = linked(owner, f"{site}/410", visibility="private")
    gather()
    gather()
    assert Link.objects.count() == 3
    found = Round(lambda n: None, lambda: False).run(20)
    assert found.checked == 3
    before = version_of(layer)
    mark_layers()
    mark_layers()
    assert version_of(layer) == before + 1  # it is sent to Solr again, once
    tell_owners(found.newly_dead)
    tell_owners(found.newly_dead)
    assert dict(DeadLinks.objects.values_list("layer", "number")) == {layer.pk: 1, secret.pk: 1}
    (notice,) = unread(owner)
    assert "and 1 others are dead" in text_of(notice)
    public = Layer.objects.filter(visibility="public")
    assert [row["url"] for row in dead_links_of(public, 10)] == [f"{site}/404"]
    assert checks_of([f"{site}/404"])[f"{site}/404"].state == "dead"
    assert Round(lambda n: None, lambda: False).run(20).checked == 0  # nothing is due
    Distribution.objects.filter(layer=layer, url__endswith="/404").delete()
    gather()
    mark_layers()
    assert not DeadLinks.objects.filter(layer=layer).exists()


def test_a_host_is_asked_one_thing_at_a_time_with_pauses(committed, monkeypatch, settings):
    settings.LINK_CHECK_PAUSE = 0.05
    asked: dict[str, list[tuple[float, float]]] = defaultdict(list)

    def slow(url, etag, last_modified):
        began = time.monotonic()
        time.sleep(0.01)
        asked[url.split("/")[2]].append((began, time.monotonic()))
        return Answer(True, 200)

    monkeypatch.setattr(link_round, "check", slow)
    Link.objects.bulk_create(
        Link(digest=f"{host}{n}", url=f"http://{host}/{n}", host=host, due_at=Now())
        for host in ("a", "b", "c")
        for n in range(13)
    )
    began = time.monotonic()
    assert Round(lambda n: None, lambda: False).run(20).checked == 39
    assert time.monotonic() - began < 3 * 13 * 0.05  # the hosts side by side
    for times in asked.values():
        assert len(times) == 13
        for (_, ended), (next_began, _) in pairwise(times):
            assert next_began - ended >= 0.045


def test_a_round_ends_when_it_is_told_to(committed, monkeypatch, private):
    monkeypatch.setattr(link_round, "check", lambda *_: Answer(True))
    Link.objects.create(digest="x", url="http://a/", host="a", due_at=Now())
    assert Round(lambda n: None, lambda: True).run(20).checked == 0


def test_reasons_are_readable(private):
    assert "refused" in check("http://127.0.0.1:9999/").reason
    assert link_check.check("http://no-such-host.invalid/").works is False
