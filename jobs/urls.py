from django.urls import path

from jobs import views

urlpatterns = [
    path("my/jobs/", views.my_jobs, name="my_jobs"),
    path("my/jobs/<uuid:pk>/", views.job, name="job"),
    path("my/jobs/<uuid:pk>/progress", views.progress, name="job_progress"),
    path("my/jobs/<uuid:pk>/cancel", views.cancel, name="cancel_job"),
    path("my/jobs/<uuid:pk>/repeat", views.repeat, name="repeat_job"),
]
