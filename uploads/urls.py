from django.urls import path

from uploads import views

urlpatterns = [
    path("uploads/new/", views.upload_new, name="upload_new"),
    path("uploads/<uuid:pk>/crs", views.state_crs, name="state_crs"),
    path("uploads/<uuid:pk>/convert", views.convert, name="convert_upload"),
    path("uploads/<uuid:pk>/remove", views.remove, name="remove_upload"),
    path("files/<uuid:pk>/<str:name>", views.upload_file, name="upload_file"),
    path("files/made/<uuid:pk>/<str:name>", views.rendition_file, name="rendition_file"),
]
