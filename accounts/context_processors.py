from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def sign_up(request: HttpRequest) -> dict[str, bool]:
    return {"sign_up_open": settings.SIGN_UP}
