"""Who is signed in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Count, Q

from accounts.models import User


class PeopleBackend(ModelBackend):
    """Reads the number of unread notices, which every page says, together with the person."""

    def get_user(self, user_id: Any) -> User | None:
        unread = Count("notices", filter=Q(notices__read_at=None))
        user = User.objects.annotate(unread_notices=unread).filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
