from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        # Web processes send this task, but Celery imports tasks in workers alone.
        from jobs import tasks  # noqa: F401

        autodiscover_modules("jobs")
