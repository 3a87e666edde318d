"""Addresses that a layer may link to."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LIVE_SCHEMES = frozenset({"http", "https", "ftp", "ftps"})


def is_live(url: str) -> bool:
    """Whether a browser may be sent there: never `javascript:`, `data:` or a local file."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in LIVE_SCHEMES and bool(parts.netloc)


def validate_link(url: str) -> None:
    if not is_live(url):
        raise ValidationError(
            _("An address begins with http://, https:// or ftp:// and names a host.")
        )
