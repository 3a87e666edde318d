"""Who may do what: every address of the URL configuration, and what it answers to whom.

A line is: the route as Django writes it, a path to try, and the answers to a GET and to a POST
without fields by nobody, somebody, the owner of the layer (who manages the group), the staff.
302 leads to the sign-in page where nobody is signed in.
"""

from __future__ import annotations

from typing import NamedTuple

Answers = tuple[int, int, int, int]


class Line(NamedTuple):
    route: str
    path: str
    get: Answers
    post: Answers


ALL: Answers = (200, 200, 200, 200)
NO_SUCH_METHOD: Answers = (405, 405, 405, 405)
SIGNED_IN: Answers = (302, 200, 200, 200)
OWNER: Answers = (302, 403, 200, 200)
MEMBERS: Answers = (302, 404, 200, 200)
OWNED: Answers = (404, 404, 200, 200)
OWNED_POST: Answers = (302, 404, 302, 302)
BEING_MADE: Answers = (202, 202, 202, 202)
LEADS_ON: Answers = (302, 302, 302, 302)
HIDDEN: Answers = (404, 404, 404, 404)

LINES = [
    # The catalogue
    Line("", "/", ALL, NO_SUCH_METHOD),
    Line("search", "/search", ALL, NO_SUCH_METHOD),
    Line("layers/<slug:slug>/", "/layers/rivers/", ALL, NO_SUCH_METHOD),
    Line("layers/<slug:slug>/", "/layers/secret/", (404, 404, 200, 200), NO_SUCH_METHOD),
    Line("healthz", "/healthz", ALL, NO_SUCH_METHOD),
    Line("readyz", "/readyz", ALL, NO_SUCH_METHOD),
    Line("search/values/<slug:facet>", "/search/values/topic", ALL, NO_SUCH_METHOD),
    Line("search.csv", "/search.csv", ALL, NO_SUCH_METHOD),
    Line("search.geojson", "/search.geojson", ALL, NO_SUCH_METHOD),
    Line("search.atom", "/search.atom", ALL, NO_SUCH_METHOD),
    Line("my/searches/", "/my/searches/", SIGNED_IN, (302, 302, 302, 302)),
    Line(
        "my/searches/<int:pk>/mails/",
        "/my/searches/1/mails/",
        NO_SUCH_METHOD,
        (302, 404, 404, 404),
    ),
    Line(
        "my/searches/<int:pk>/delete/",
        "/my/searches/1/delete/",
        NO_SUCH_METHOD,
        (302, 404, 404, 404),
    ),
    Line(
        r"^layers/(?P<slug>[-a-zA-Z0-9_]+)/citation\.(?P<kind>bib|ris)$",
        "/layers/rivers/citation.bib",
        ALL,
        NO_SUCH_METHOD,
    ),
    Line(
        r"^layers/(?P<slug>[-a-zA-Z0-9_]+)/citation\.(?P<kind>bib|ris)$",
        "/layers/secret/citation.ris",
        (404, 404, 200, 200),
        NO_SUCH_METHOD,
    ),
    Line("robots.txt", "/robots.txt", ALL, NO_SUCH_METHOD),
    Line("opensearch.xml", "/opensearch.xml", ALL, NO_SUCH_METHOD),
    Line("opensearch/suggestions", "/opensearch/suggestions", ALL, NO_SUCH_METHOD),
    Line("sitemap.xml", "/sitemap.xml", ALL, NO_SUCH_METHOD),
    Line(r"^sitemap-(?P<part>all|[0-9a-f]{1,3})\.xml$", "/sitemap-all.xml", ALL, NO_SUCH_METHOD),
    # The editor: a form of nobody comes back on the sign-in page
    Line("my/", "/my/", SIGNED_IN, (302, 405, 405, 405)),
    Line("layers/new/", "/layers/new/", SIGNED_IN, (403, 200, 200, 200)),
    Line("layers/<slug:slug>/edit/", "/layers/rivers/edit/", OWNER, (403, 403, 200, 200)),
    Line(
        "layers/<slug:slug>/edit/",
        "/layers/secret/edit/",
        (302, 404, 200, 200),
        (403, 404, 200, 200),
    ),
    Line("layers/<slug:slug>/access/", "/layers/rivers/access/", OWNER, (302, 405, 405, 405)),
    Line(
        "layers/<slug:slug>/access/",
        "/layers/secret/access/",
        (302, 404, 200, 200),
        (302, 405, 405, 405),
    ),
    Line("layers/<slug:slug>/delete/", "/layers/rivers/delete/", OWNER, (302, 403, 409, 409)),
    Line(
        "layers/<slug:slug>/delete/",
        "/layers/secret/delete/",
        (302, 404, 200, 200),
        (302, 404, 409, 409),
    ),
    # Jobs: what is not one's own does not exist
    Line("my/jobs/", "/my/jobs/", SIGNED_IN, (302, 405, 405, 405)),
    Line("my/jobs/<uuid:pk>/", "/my/jobs/{job}/", OWNED, NO_SUCH_METHOD),
    Line("my/jobs/<uuid:pk>/progress", "/my/jobs/{job}/progress", OWNED, NO_SUCH_METHOD),
    Line("my/jobs/<uuid:pk>/cancel", "/my/jobs/{job}/cancel", NO_SUCH_METHOD, OWNED_POST),
    Line("my/jobs/<uuid:pk>/repeat", "/my/jobs/{job}/repeat", NO_SUCH_METHOD, OWNED_POST),
    # Uploads; a conversion of a file that holds no data leads back to its layer
    Line("uploads/new/", "/uploads/new/", SIGNED_IN, SIGNED_IN),
    Line("uploads/new/", "/uploads/new/?layer=rivers", OWNER, OWNER),
    Line("uploads/<uuid:pk>/crs", "/uploads/{file}/crs", NO_SUCH_METHOD, OWNED_POST),
    Line("uploads/<uuid:pk>/convert", "/uploads/{file}/convert", NO_SUCH_METHOD, OWNED_POST),
    Line("uploads/<uuid:pk>/remove", "/uploads/{file}/remove", NO_SUCH_METHOD, OWNED_POST),
    Line("files/<uuid:pk>/<str:name>", "/files/{file}/secret.txt", OWNED, NO_SUCH_METHOD),
    Line("files/made/<uuid:pk>/<str:name>", "/files/made/{made}/x.png", OWNED, NO_SUCH_METHOD),
    # Reports: 202 while the first one is made
    Line("reports/catalogue/", "/reports/catalogue/", BEING_MADE, LEADS_ON),
    Line("reports/catalogue.csv", "/reports/catalogue.csv", LEADS_ON, NO_SUCH_METHOD),
    Line("reports/catalogue.pdf", "/reports/catalogue.pdf", LEADS_ON, NO_SUCH_METHOD),
    Line("api/reports/catalogue", "/api/reports/catalogue", BEING_MADE, BEING_MADE),
    # People
    Line("accounts/login/", "/accounts/login/", (200, 302, 302, 302), (200, 302, 302, 302)),
    Line("accounts/logout/", "/accounts/logout/", NO_SUCH_METHOD, (302, 302, 302, 302)),
    Line("accounts/sign-up/", "/accounts/sign-up/", HIDDEN, HIDDEN),
    Line("accounts/sign-up/sent/", "/accounts/sign-up/sent/", HIDDEN, NO_SUCH_METHOD),
    Line("accounts/password/", "/accounts/password/", SIGNED_IN, SIGNED_IN),
    Line("accounts/password/forgot/", "/accounts/password/forgot/", ALL, ALL),
    Line("accounts/password/forgot/sent/", "/accounts/password/forgot/sent/", ALL, NO_SUCH_METHOD),
    Line(
        "accounts/password/choose/<uidb64>/<token>/", "/accounts/password/choose/MQ/x-1/", ALL, ALL
    ),
    Line("accounts/profile/", "/accounts/profile/", SIGNED_IN, (403, 302, 302, 302)),
    Line("accounts/notices/", "/accounts/notices/", SIGNED_IN, LEADS_ON),
    Line(
        "accounts/notices/switches/",
        "/accounts/notices/switches/",
        (302, 405, 405, 405),
        LEADS_ON,
    ),
    Line("accounts/tokens/", "/accounts/tokens/", (302, 405, 405, 405), SIGNED_IN),
    Line(
        "accounts/tokens/<int:pk>/revoke/",
        "/accounts/tokens/{token}/revoke/",
        (302, 405, 405, 405),
        (302, 404, 302, 404),
    ),
    Line("accounts/groups/<int:pk>/", "/accounts/groups/{group}/", MEMBERS, MEMBERS),
    Line(
        "accounts/groups/<int:pk>/members/<int:user_pk>/",
        "/accounts/groups/{group}/members/{owner}/",
        (302, 405, 405, 405),
        (302, 404, 404, 404),
    ),
    # The site
    Line("language/", "/language/", (302, 302, 302, 302), (302, 302, 302, 302)),
    Line("staff/the-way/", "/staff/the-way/", (302, 403, 403, 200), (302, 403, 403, 200)),
    Line("staff/components/", "/staff/components/", (302, 403, 403, 200), (302, 405, 405, 405)),
    # The API; 400 for a body that is no JSON
    Line("api/", "/api/", HIDDEN, HIDDEN),
    Line("api/docs", "/api/docs", ALL, ALL),
    Line("api/openapi.json", "/api/openapi.json", ALL, ALL),
    Line("api/search", "/api/search", ALL, NO_SUCH_METHOD),
    Line("api/overview", "/api/overview", ALL, NO_SUCH_METHOD),
    Line("api/suggest", "/api/suggest?q=r", ALL, NO_SUCH_METHOD),
    Line("api/jobs/<uuidstr:identity>", "/api/jobs/{job}", OWNED, NO_SUCH_METHOD),
    Line("api/uploads/", "/api/uploads/", NO_SUCH_METHOD, (401, 422, 422, 422)),
    Line("api/uploads/<uuidstr:identity>", "/api/uploads/{file}", OWNED, NO_SUCH_METHOD),
    Line("api/layers/", "/api/layers/", NO_SUCH_METHOD, (401, 400, 400, 400)),
    Line("api/layers/<uuidstr:identity>", "/api/layers/{rivers}", ALL, NO_SUCH_METHOD),
    Line(
        "api/layers/<uuidstr:identity>",
        "/api/layers/{secret}",
        (404, 404, 200, 200),
        NO_SUCH_METHOD,
    ),
    Line(
        "api/layers/<uuidstr:identity>/sync",
        "/api/layers/{rivers}/sync",
        (401, 403, 200, 200),
        NO_SUCH_METHOD,
    ),
]

# The admin: who is not of the staff is asked to sign in, signed in or not; the staff
# see what their permissions allow, superusers everything.
ADMIN_PAGES = {
    "",
    "login/",
    "logout/",
    "password_change/",
    "password_change/done/",
    "autocomplete/",
    "jsi18n/",
    "r/<path:content_type_id>/<path:object_id>/",
    "(?P<app_label>accounts|jobs|reports|layers|solr_sync|uploads|axes|django_celery_results)/$",
    "(?P<url>.*)$",
}
ADMIN_MODELS = {
    "accounts/apitoken",
    "accounts/group",
    "accounts/mail",
    "accounts/user",
    "axes/accessattempt",
    "axes/accessfailurelog",
    "axes/accesslog",
    "django_celery_results/groupresult",
    "django_celery_results/taskresult",
    "jobs/job",
    "layers/classification",
    "layers/datetype",
    "layers/frequency",
    "layers/keyword",
    "layers/language",
    "layers/layer",
    "layers/licence",
    "layers/linkfunction",
    "layers/linkprotocol",
    "layers/organisation",
    "layers/party",
    "layers/progress",
    "layers/region",
    "layers/representationtype",
    "layers/resourcetype",
    "layers/restriction",
    "layers/role",
    "layers/topiccategory",
    "uploads/upload",
    "reports/link",
    "reports/schedule",
    "solr_sync/auditrun",
    "solr_sync/collection",
    "solr_sync/ledgerentry",
    "solr_sync/rebuild",
    "solr_sync/relatedchange",
    "solr_sync/target",
}
