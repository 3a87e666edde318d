"""The addresses of the catalogue; each room says what lies below."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from config.api import api
from config.views import components

handler500 = "config.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("layers.urls")),
    path("", include("jobs.urls")),
    path("", include("uploads.urls")),
    path("", include("reports.urls")),
    path("", include("catalogue.urls")),
    path("accounts/", include("accounts.urls")),
    path("language/", set_language, name="set_language"),
    path("staff/components/", components, name="components"),
    path("api/", api.urls),
    path("admin/", admin.site.urls),
]
