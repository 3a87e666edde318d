"""Who uses the catalogue: people, the groups they belong to, the tokens of their programs."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    organisation_name = models.CharField(_("organisation"), max_length=255, blank=True)

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username


class Group(models.Model):
    """People who share layers: what is visible to a group is read by its members."""

    name = models.CharField(_("name"), max_length=150, unique=True)
    description = models.TextField(_("description"), blank=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        through="Membership",
        related_name="catalogue_groups",
        verbose_name=_("members"),
    )

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A manager of a group chooses its members."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    is_manager = models.BooleanField(_("manager"), default=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], name="one_membership_per_group")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.group}"


class ApiTokenManager(models.Manager["ApiToken"]):
    def issue(self, user: User, name: str = "") -> tuple[ApiToken, str]:
        """A new token, and its text, which is stored nowhere and can't be shown again."""
        text = secrets.token_urlsafe(32)
        return self.create(user=user, name=name, digest=ApiToken.digest_of(text)), text

    def user_of(self, text: str) -> User | None:
        """The active user whom a token's text belongs to; notes the time of use once an hour."""
        token = (
            self.select_related("user")
            .filter(digest=ApiToken.digest_of(text), user__is_active=True)
            .first()
        )
        if token is None:
            return None
        now = timezone.now()
        if token.used_at is None or (now - token.used_at).total_seconds() > 3600:
            self.filter(pk=token.pk).update(used_at=now)
        return token.user


class ApiToken(models.Model):
    """Lets a program act for its owner; only a SHA-256 digest of the token is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=150, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    objects = ApiTokenManager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name or f"{self.user}, {self.created_at:%Y-%m-%d}"

    @staticmethod
    def digest_of(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()
