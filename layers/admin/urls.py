from typing import Any

from django.db import models

# What Django 6 does: an address that is typed without a scheme is one of https.
HTTPS: dict[type[models.Field], dict[str, Any]] = {models.URLField: {"assume_scheme": "https"}}
