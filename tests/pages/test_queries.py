"""Every page costs a bounded number of queries, and not too many bytes."""

from collections import defaultdict

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ApiToken
from layers.models import Attribute, Distribution, Keyword, Layer
from tests.pages.addresses import LINES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_solr")]
KILOBYTE = 1024

# Queries and kilobytes of HTML at most, for the owner of 60 layers. Solr is away here, so the first
# pages ask the database what they would ask Solr; with it they cost fewer queries.
BOUNDS = {
    "/": (58, 10),
    "/search": (57, 30),
    "/search/values/topic": (58, 6),  # Solr is away: eleven questions, each with its time limit
    "/layers/rivers/": (25, 26),
    "/layers/secret/": (23, 10),
    "/my/": (8, 38),
    "/my/searches/": (4, 6),
    "/layers/new/": (18, 60),
    "/layers/rivers/edit/": (31, 180),
    "/layers/secret/edit/": (31, 62),
    "/layers/rivers/access/": (8, 6),
    "/layers/secret/access/": (8, 6),
    "/layers/rivers/delete/": (4, 6),
    "/layers/secret/delete/": (4, 6),
    "/accounts/password/": (3, 6),
    "/accounts/password/forgot/": (3, 6),
    "/accounts/password/forgot/sent/": (3, 5),
    "/accounts/password/choose/MQ/x-1/": (4, 5),
    "/accounts/profile/": (7, 11),
    "/accounts/groups/{group}/": (6, 7),
    "/api/docs": (3, 40),
}


@pytest.fixture
def client(sign_in, owner, group, rivers, secret):
    Attribute.objects.bulk_create([Attribute(layer=rivers, name=f"a{n}") for n in range(40)])
    links = [Distribution(layer=rivers, url=f"https://example.org/{n}") for n in range(20)]
    Distribution.objects.bulk_create(links)
    keywords = [Keyword.objects.create(name=f"keyword {n}") for n in range(30)]
    for number in range(58):
        layer = Layer.objects.create(title=f"Layer {number}", abstract="Words. " * 50, owner=owner)
        layer.keywords.set(keywords[number % 20 : number % 20 + 10])
    return sign_in(owner)


@pytest.mark.parametrize("path", BOUNDS)
def test_pages_are_light(path, client, group):
    queries, kilobytes = BOUNDS[path]
    with CaptureQueriesContext(connection) as asked:
        page = client.get(path.format(group=group.pk))
    cost = (len(asked), round(len(page.content) / KILOBYTE))
    assert cost <= (queries, cost[1]), [query["sql"][:200] for query in asked]
    assert cost[1] <= kilobytes


def test_all_other_pages_are_small(client, owner, group):
    """What stands in the table of addresses and not above: few queries, little to carry."""
    token, _text = ApiToken.objects.issue(owner, "script")
    values = {"token": token.pk, "group": group.pk, "owner": owner.pk, "rivers": "", "secret": ""}
    costs = {}
    for path in {line.path for line in LINES if line.get[2] == 200 and line.path not in BOUNDS}:
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(path.format_map(defaultdict(str, values)))
        if answer["Content-Type"].startswith("text/html"):
            costs[path] = (len(asked), round(len(answer.content) / KILOBYTE))
    too_much = {p: cost for p, cost in costs.items() if cost[0] > 30 or cost[1] > 60}
    assert too_much == {}
