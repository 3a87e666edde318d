"""Each registered in about ten lines."""

from __future__ import annotations

from typing import Any, ClassVar

from solr_sync import SolrDocument, registry
from tests.station.models import Buoy, Campaign, Network, Reading, Station, Tag


@registry.register(Station)
class StationDocument(SolrDocument):
    collection = "stations"
    related: ClassVar = {Network: "network"}

    def queryset(self) -> Any:
        return Station._default_manager.select_related("network")

    def prepare(self, station: Station) -> dict[str, Any]:
        return {"name": station.name, "network": station.network and station.network.name}


@registry.register(Buoy)
class BuoyDocument(SolrDocument):
    collection = "buoys"

    def prepare(self, buoy: Buoy) -> dict[str, Any]:
        return {"name": buoy.name, "depth": buoy.depth}


@registry.register(Reading)
class ReadingDocument(SolrDocument):
    collection = "observations"
    related: ClassVar = {Network: "station__network", Station: "station"}

    def prepare(self, reading: Reading) -> dict[str, Any]:
        station = reading.station
        network = station.network and station.network.name
        return {"kind": "reading", "name": station.name, "network": network}


@registry.register(Campaign)
class CampaignDocument(SolrDocument):
    collection = "observations"

    def prepare(self, campaign: Campaign) -> dict[str, Any]:
        return {"kind": "campaign", "name": campaign.name}


@registry.register(Tag)
class TagDocument(SolrDocument):
    collection = "tags"

    def prepare(self, tag: Tag) -> dict[str, Any]:
        return {"name": tag.name}
