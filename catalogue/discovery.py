"""What machines read to find the catalogue: a description of its search, and the layers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from xml.sax.saxutils import escape

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.models import Layer
from layers.querysets import LayerQuerySet

# Ids are random, so their first letters divide all layers into equal parts without counting rows.
PART_SIZE = 20_000  # the protocol allows 50,000
MAX_DIGITS = 3
XML = "application/xml; charset=utf-8"
SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"


# Pages that hold nothing to find, and searches: robots would ask for each of their combinations.
NOT_FOR_ROBOTS = [
    "/accounts/", "/admin/", "/api/", "/language/", "/layers/new/", "/layers/*/access/",
    "/layers/*/delete/", "/layers/*/edit/", "/my/", "/search", "/staff/",
]  # fmt: skip


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    del request
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_ROBOTS), ""]
    lines.append(f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def opensearch(request: HttpRequest) -> HttpResponse:
    del request
    name = escape(str(settings.SITE_NAME))
    search = settings.SITE_URL + reverse("search")
    urls = [
        ("text/html", f"{search}?q={{searchTerms}}&bbox={{geo:box?}}&page={{startPage?}}"),
        ("application/atom+xml", f"{search}.atom?q={{searchTerms}}&bbox={{geo:box?}}"),
        (
            "application/x-suggestions+json",
            f"{settings.SITE_URL}{reverse('opensearch_suggestions')}?q={{searchTerms}}",
        ),
    ]
    description = escape(_("Search geospatial layers"))
    lines = [f'<Url type="{kind}" template="{escape(url)}"/>' for kind, url in urls]
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/"'
        ' xmlns:geo="http://a9.com/-/opensearch/extensions/geo/1.0/">\n'
        f"<ShortName>{name[:16]}</ShortName>\n<LongName>{name[:48]}</LongName>\n"
        f"<Description>{description}</Description>\n"
        f"<InputEncoding>UTF-8</InputEncoding>\n{chr(10).join(lines)}\n</OpenSearchDescription>\n"
    )
    return HttpResponse(text, content_type="application/opensearchdescription+xml")


@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """Each part is named by the first letters of the ids in it."""
    del request
    digits = digits_for(public_layers().count())
    parts = [reverse("sitemap_part", args=[part]) for part in _parts(digits)]
    lines = [f"<sitemap><loc>{settings.SITE_URL}{part}</loc></sitemap>" for part in parts]
    return _document("sitemapindex", lines)


@require_safe
def sitemap_part(request: HttpRequest, part: str) -> HttpResponse:
    del request
    prefix = "" if part == "all" else part
    if len(prefix) > MAX_DIGITS:
        raise Http404
    first, last = (uuid.UUID(prefix.ljust(32, filler)) for filler in "0f")
    rows = public_layers().filter(pk__gte=first, pk__lte=last).order_by("pk")
    lines = [
        f"<url><loc>{settings.SITE_URL}{reverse('layer', args=[slug])}</loc>"
        f"<lastmod>{updated.date().isoformat()}</lastmod></url>"
        for slug, updated in rows.values_list("slug", "updated_at")[:50_000]
    ]
    return _document("urlset", lines)


def public_layers() -> LayerQuerySet:
    return Layer.objects.readable_by(AnonymousUser())


def digits_for(count: int) -> int:
    digits = 0
    while count > PART_SIZE * 16**digits and digits < MAX_DIGITS:
        digits += 1
    return digits


def _parts(digits: int) -> Iterator[str]:
    if not digits:
        yield "all"
        return
    for number in range(16**digits):
        yield f"{number:0{digits}x}"


def _document(root: str, lines: list[str]) -> HttpResponse:
    text = f'<?xml version="1.0" encoding="utf-8"?>\n<{root} xmlns="{SITEMAPS}">\n'
    return HttpResponse(text + "\n".join(lines) + f"\n</{root}>\n", content_type=XML)
