"""Where a request comes from."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The nearest address that is none of our proxies: what is further away can be made up."""
    address = ""
    for address in _hops(request):
        if not _is_proxy(address):
            break
    return address


def _hops(request: HttpRequest) -> Iterator[str]:
    yield request.META.get("REMOTE_ADDR", "")
    forwarded = request.headers.get("X-Forwarded-For", "")
    yield from (part.strip() for part in reversed(forwarded.split(",")) if part.strip())


def _is_proxy(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES)
