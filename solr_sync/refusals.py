"""What Solr did not take of a batch, and why: refused documents, and such as it let pass unseen."""

from __future__ import annotations

from collections.abc import Sequence

from solr_sync import ledger
from solr_sync.documents import Fields, SolrDocument
from solr_sync.exceptions import DocumentRejected, SolrUnavailable
from solr_sync.ledger import Confirmation
from solr_sync.outgoing import Outgoing
from solr_sync.solr import SolrClient

# So many documents of a batch refused for one reason, and none taken: that is no poison.
OUTAGE_REJECTIONS = 20


def refused(client: SolrClient, documents: Sequence[Fields]) -> dict[str, str]:
    """Reasons by id, of a batch that was refused as a whole.

    By one request where the configset names what is refused, else by trying each. Raises
    SolrUnavailable if that is all of many, for a single reason.
    """
    try:
        found = client.refusals(documents)
    except DocumentRejected:
        found = {d["id"]: reason for d in documents if (reason := _refusal_of(client, d))}
    reasons = {object_id: _without(object_id, reason) for object_id, reason in found.items()}
    if len(reasons) >= OUTAGE_REJECTIONS and len(reasons) == len(documents):
        distinct = set(reasons.values())
        if len(distinct) == 1:
            raise SolrUnavailable(f"Solr refuses every document: {distinct.pop()}")
    return reasons


def _refusal_of(client: SolrClient, document: Fields) -> str:
    try:
        client.post_documents([document])
    except DocumentRejected as error:
        return str(error)
    return ""


def _without(object_id: str, reason: str) -> str:
    return reason.replace(f"[doc={object_id}]", "").strip()


def explain(
    document: SolrDocument, client: SolrClient, dropped: Sequence[Outgoing]
) -> list[Confirmation]:
    """Solr drops what is not newer than what it has; finds out which of the reasons it was.

    Returns what is there already. The others' rows get a version that Solr will take. Raises
    SolrUnavailable for what Solr dropped without having it.
    """
    ids = [o.claim.object_id for o in dropped]
    held = {d["id"]: d for d in client.get_now(ids, "id,sync_version,sync_check,deleted")}
    confirmations = []
    for o in dropped:
        there = held.get(o.claim.object_id, {})
        version = there.get("sync_version", 0)
        if version < o.claim.version:
            raise SolrUnavailable(f"Solr at {client.url} dropped {o.name} without having it")
        if version > o.claim.version:
            # another worker was faster with a later edit, or the database is an older one
            ledger.overtake(document, o.claim, version)
        elif o.is_what(there):  # an earlier attempt arrived whose answer did not
            confirmations.append(o.confirmation(version))
        else:  # an earlier attempt read the object before an edit, and this one after it
            ledger.count_again(document, o.claim)
    return confirmations
