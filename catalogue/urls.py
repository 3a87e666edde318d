from django.urls import path, re_path

from catalogue import discovery, exports, health, saved, the_way, views

urlpatterns = [
    path("", views.home, name="home"),
    path("search", views.search, name="search"),
    path("search/values/<slug:facet>", views.facet_values, name="facet_values"),
    path("search.csv", exports.as_csv, name="search_csv"),
    path("search.geojson", exports.as_geojson, name="search_geojson"),
    path("search.atom", exports.as_atom, name="search_atom"),
    path("my/searches/", saved.saved_searches, name="saved_searches"),
    path("my/searches/<int:pk>/mails/", saved.saved_search_mails, name="saved_search_mails"),
    path("my/searches/<int:pk>/delete/", saved.delete_saved_search, name="delete_saved_search"),
    path("layers/<slug:slug>/", views.layer, name="layer"),
    re_path(
        r"^layers/(?P<slug>[-a-zA-Z0-9_]+)/citation\.(?P<kind>bib|ris)$",
        views.citation,
        name="layer_citation",
    ),
    path("robots.txt", discovery.robots, name="robots"),
    path("opensearch.xml", discovery.opensearch, name="opensearch"),
    path("opensearch/suggestions", views.opensearch_suggestions, name="opensearch_suggestions"),
    path("sitemap.xml", discovery.sitemap_index, name="sitemap"),
    re_path(
        r"^sitemap-(?P<part>all|[0-9a-f]{1,3})\.xml$", discovery.sitemap_part, name="sitemap_part"
    ),
    path("staff/the-way/", the_way.the_way, name="the_way"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
