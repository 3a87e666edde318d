"""A claimed row and the document that is sent for it."""

from __future__ import annotations

from dataclasses import dataclass

from solr_sync import content, targets
from solr_sync.documents import Fields
from solr_sync.exceptions import DocumentRejected
from solr_sync.ledger import Claim, Confirmation
from solr_sync.solr import SolrClient


@dataclass(frozen=True)
class Outgoing:
    claim: Claim
    fields: Fields
    hash: str
    name: str
    tombstone: bool = False

    def is_what(self, there: Fields) -> bool:
        """Whether Solr holds this very content."""
        if self.tombstone or there.get("deleted"):
            return self.tombstone and bool(there.get("deleted"))
        return bool(there.get("sync_check") == self.fields["sync_check"])

    def confirmation(self, sent: int) -> Confirmation:
        claim = self.claim
        return Confirmation(
            id=claim.id,
            version=claim.version,
            sent=sent,
            hash=self.hash,
            bucket=content.bucket_of(claim.object_id),
            check_number=content.check_number(claim.object_id, sent, self.hash),
            tombstone=self.tombstone,
        )


def outgoing_of(claim: Claim, built: Fields | Exception | None, client: SolrClient) -> Outgoing:
    """A tombstone where nothing was built. Raises DocumentRejected for what can't be sent."""
    content.check_id(claim.object_id)
    if built is None:
        fields = content.tombstone(claim.object_id, claim.version)
        return Outgoing(claim, fields, "", claim.object_id, tombstone=True)
    if isinstance(built, Exception):
        raise DocumentRejected(f"it can't be built: {type(built).__name__}: {built}") from built
    checked = content.checked(claim.object_id, built)
    if misfit := targets.schema_of(client).misfit(checked.others):
        raise DocumentRejected(misfit)
    name = str(built.get("name") or built.get("title") or claim.object_id)
    fields = content.live(claim.object_id, claim.version, checked.fields, checked.hash)
    return Outgoing(claim, fields, checked.hash, name)
