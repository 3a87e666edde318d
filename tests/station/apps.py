from django.apps import AppConfig


class StationConfig(AppConfig):
    name = "tests.station"
    label = "station"
    default_auto_field = "django.db.models.BigAutoField"
