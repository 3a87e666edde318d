"""Who uses the catalogue: people, their groups, their programs' tokens, what they are told."""

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
    mail_language = models.CharField(_("language of mails"), max_length=16, blank=True, default="")
    report_mails = models.CharField(
        _("report on the catalogue"), max_length=16, blank=True, default="", db_index=True
    )

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


class Notice(models.Model):
    """Something that happened and that somebody wanted to know, without the words for it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(_("kind"), max_length=32)
    key = models.CharField(max_length=150)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    url = models.CharField(_("page"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "key"], name="notice_given_once")
        ]
        indexes = [
            models.Index(
                fields=["user"], condition=models.Q(read_at__isnull=True), name="notice_unread"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class NoticeSwitch(models.Model):
    """How somebody wants to hear of a kind of notices; without a row, as the kind says."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_switches"
    )
    kind = models.CharField(_("kind"), max_length=32)
    on_page = models.BooleanField(_("in the page"))
    by_mail = models.BooleanField(_("by mail"))

    class Meta:
        verbose_name = _("switch of notices")
        verbose_name_plural = _("switches of notices")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_switch_a_kind")]

    def __str__(self) -> str:
        return f"{self.user} · {self.kind}"


class Frequency(models.TextChoices):
    NEVER = "", _("never")
    MINUTE = "minute", _("every minute, for trying it out")
    DAILY = "daily", _("daily")
    WEEKLY = "weekly", _("weekly")


class Mail(models.Model):
    """A mail on its way. What it says is composed when it is sent, under the rights of then.

    A key is given once for a person and kind, so nobody gets a mail twice. One whose sender died
    in the middle may have gone out, so it is not sent again: `unknown`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        NOTHING = "nothing", _("nothing to say")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("unknown")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mails")
    kind = models.CharField(_("kind"), max_length=32)
    key = models.CharField(max_length=200)
    arguments = models.JSONField(_("arguments"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    error = models.TextField(_("reason"), blank=True, default="")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("mail")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "key"], name="mail_sent_once")
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(due_at__isnull=False), name="mail_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
