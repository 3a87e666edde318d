"""Layers, page views and searches for reports; the cast of tests/layers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from layers.models import Layer, Organisation
from reports.models import PageView
from tests.jobs.conftest import no_messages, person, work
from tests.layers.conftest import call, owner, sign_in, staff, stranger

__all__ = ["call", "no_messages", "owner", "person", "sign_in", "staff", "stranger", "work"]


@pytest.fixture
def views() -> Callable[..., None]:
    """Views of a page, `days` ago, with these response times."""

    def add(url: str, *milliseconds: int, days: int = 0, layer: Layer | None = None) -> None:
        at = timezone.now() - timedelta(days=days)
        PageView.objects.bulk_create(
            PageView(
                day=timezone.localdate(at),
                at=at,
                url=url,
                layer=layer.pk if layer else None,
                status=200,
                ms=ms,
            )
            for ms in milliseconds
        )

    return add


@pytest.fixture
def rivers(owner) -> Layer:
    survey = Organisation.objects.create(name="Survey of Ghana")
    return Layer.objects.create(
        title="Rivers of Ghana", slug="rivers", owner=owner, organisation=survey
    )


@pytest.fixture
def secret(owner) -> Layer:
    return Layer.objects.create(title="Secret", slug="secret", owner=owner, visibility="private")
