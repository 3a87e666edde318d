from django.urls import path

from layers import views

urlpatterns = [
    path("my/", views.my_layers, name="my_layers"),
    path("layers/new/", views.layer_new, name="layer_new"),
    path("layers/<slug:slug>/edit/", views.layer_edit, name="layer_edit"),
    path("layers/<slug:slug>/access/", views.layer_access, name="layer_access"),
    path("layers/<slug:slug>/delete/", views.layer_delete, name="layer_delete"),
]
