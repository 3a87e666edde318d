from django.apps import AppConfig


class RehearsalConfig(AppConfig):
    name = "tests.jobs.rehearsal"
    label = "rehearsal"
