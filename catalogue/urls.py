from django.urls import path

from catalogue import health, views

urlpatterns = [
    path("", views.home, name="home"),
    path("search", views.search, name="search"),
    path("layers/<slug:slug>/", views.layer, name="layer"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
