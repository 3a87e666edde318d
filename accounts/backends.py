"""Who is signed in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts import notices
from accounts.models import User


class PeopleBackend(ModelBackend):
    """Reads the number of unread notices, which every page says, together with the person."""

    def get_user(self, user_id: Any) -> User | None:
        unread = notices.unread(OuterRef("pk")).order_by().values("user")
        count = Subquery(unread.annotate(count=Count("pk")).values("count"))
        users = User.objects.annotate(unread_notices=Coalesce(count, 0))
        user = users.filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
