"""What people can be told of. A new kind is a line here; its switches and texts follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class NoticeKind:
    """`text` is filled with the facts of a notice; `several` where one notice stands for more."""

    name: str
    label: Promise
    text: Promise
    several: Promise | None = None
    on_page: bool = True
    by_mail: bool = False

    def say(self, facts: Mapping[str, Any]) -> str:
        """Facts of an older release may lack what the text wants."""
        wanted = self.several if self.several and facts.get("others") else self.text
        return str(wanted) % _Facts(facts)


class _Facts(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "…"


JOB_DONE = "job.done"
JOB_FAILED = "job.failed"
NOT_SEARCHABLE = "layer.not_searchable"
LINK_DEAD = "link.dead"

KINDS = {
    kind.name: kind
    for kind in (
        NoticeKind(JOB_DONE, _("A job of mine is done"), _("Done: %(what)s")),
        NoticeKind(JOB_FAILED, _("A job of mine failed"), _("Failed: %(what)s. %(why)s")),
        NoticeKind(
            NOT_SEARCHABLE,
            _("A layer of mine has not been searchable for ten minutes"),
            _("“%(title)s” has not been searchable for ten minutes. %(why)s"),
            _("“%(title)s” and %(others)s others are not searchable for ten minutes now. %(why)s"),
        ),
        NoticeKind(
            LINK_DEAD,
            _("A link of a layer of mine is dead"),
            _("A link of “%(title)s” is dead: %(link)s (%(why)s)"),
            _("A link of “%(title)s” and %(others)s others are dead: %(link)s (%(why)s)"),
        ),
    )
}
