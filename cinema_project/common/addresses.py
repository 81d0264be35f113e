"""Where a request comes from, as far as that can be believed."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

IPV6_HOME = 64
"""A household is given a network of this many leading bits, and may take any address of it."""


def client_address(request: HttpRequest) -> str:
    """Return the address to count a client by; of IPv6 the network, since its owner has all of it.

    ``X-Forwarded-For`` counts only as far as ``TRUSTED_PROXIES`` of our own have written it.
    """
    peer = str(request.META.get("REMOTE_ADDR") or "")
    if settings.TRUSTED_PROXIES:
        told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        peer = told[-settings.TRUSTED_PROXIES] if len(told) >= settings.TRUSTED_PROXIES else peer
    return _counted(peer)


def _counted(peer: str) -> str:
    try:
        address = ip_address(peer)
    except ValueError:  # a Unix socket has none
        return "0.0.0.0"  # noqa: S104 - not bound to, only counted by
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> (128 - IPV6_HOME) << (128 - IPV6_HOME)))
    return str(address)
