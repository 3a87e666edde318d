"""Every page costs a bounded number of queries, and not too many bytes."""

import pytest

from layers.models import Attribute, Distribution

pytestmark = pytest.mark.django_db
KILOBYTE = 1024


@pytest.mark.parametrize(
    ("path", "queries", "kilobytes"),
    [
        ("/my/", 8, 60),
        ("/layers/new/", 18, 200),
        ("/layers/rivers/edit/", 31, 400),
        ("/layers/rivers/access/", 8, 20),
        ("/accounts/profile/", 7, 20),
        ("/accounts/groups/{group}/", 6, 20),
    ],
)
def test_pages_are_light(
    path, queries, kilobytes, sign_in, owner, group, rivers, django_assert_max_num_queries
):
    Attribute.objects.bulk_create([Attribute(layer=rivers, name=f"a{n}") for n in range(40)])
    links = [Distribution(layer=rivers, url=f"https://example.org/{n}") for n in range(20)]
    Distribution.objects.bulk_create(links)
    client = sign_in(owner)
    with django_assert_max_num_queries(queries):
        page = client.get(path.format(group=group.pk))
    assert len(page.content) < kilobytes * KILOBYTE
