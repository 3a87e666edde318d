"""Another site's models: nothing of layers, and keys of other kinds."""

from __future__ import annotations

import uuid

from django.db import models


class Network(models.Model):  # noqa: DJ008
    name = models.CharField(max_length=100)


class Station(models.Model):  # noqa: DJ008
    name = models.CharField(max_length=100)
    network = models.ForeignKey(Network, models.SET_NULL, null=True)


class OldStation(Station):  # noqa: DJ008
    class Meta:
        proxy = True


class Buoy(Station):  # noqa: DJ008
    """A table of its own, joined to that of its parent."""

    depth = models.IntegerField(default=0)


class Reading(models.Model):  # noqa: DJ008
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    station = models.ForeignKey(Station, models.CASCADE)


class Campaign(models.Model):  # noqa: DJ008
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=100)


class Tag(models.Model):  # noqa: DJ008
    """Its key is text, commas and all."""

    code = models.CharField(max_length=100, primary_key=True)
    name = models.CharField(max_length=100)
