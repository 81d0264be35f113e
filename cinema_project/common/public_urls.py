"""Addresses that others give us: only such as lead out into the public internet."""

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_network
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from cinema_project.common.errors import Invalid

LONGEST_URL = 500
AUTHORITY = re.compile(r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+?)\.?)(?::[0-9]*)?")
NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # a name that ends so is an address to browsers
INSIDE = (".localhost", ".localdomain", ".local", ".internal", ".home.arpa")
SPECIAL = (ip_network("192.0.0.0/24"), ip_network("3fff::/20"))  # Python 3.11 calls them global


class UrlRefused(Invalid):
    code = "url_refused"


def check_public_url(url: str) -> str:
    """Return the address if it may be public; names are not looked up.

    :raises UrlRefused: if it is not http or https, not absolute, too long, malformed, or leads to our own network
    """
    if len(url) > LONGEST_URL:
        raise UrlRefused(f"The address is longer than {LONGEST_URL} characters.")
    if not url.isprintable() or " " in url or "\\" in url:
        raise UrlRefused("The address must not hold spaces, backslashes or control characters.")
    scheme, authority = _scheme_and_authority(url)
    if scheme not in ("http", "https") or not authority:
        raise UrlRefused("The address must be a whole one and begin with http:// or https://.")
    if "@" in authority:
        raise UrlRefused("The address must not hold a user name or a password.")
    if not _is_public(authority.lower()):
        raise UrlRefused("The address must lead to a public host, by its name in plain letters.")
    return url


def validate_public_url(url: str) -> None:
    """Check an address as a field's validator."""
    try:
        check_public_url(url)
    except UrlRefused as refused:
        raise ValidationError(refused.detail) from refused


def _scheme_and_authority(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        if parts.port != 0:
            return parts.scheme, parts.netloc
    except ValueError:
        pass
    raise UrlRefused("The address is not well formed.")


def _is_public(authority: str) -> bool:
    host = AUTHORITY.fullmatch(authority)
    if host is None:
        return False
    name = host["name"]
    try:
        if name is None:
            return _is_global(IPv6Address(host["six"]))
        if NUMBER.fullmatch(name.rpartition(".")[2]):
            return _is_global(IPv4Address(socket.inet_aton(name)))
    except (OSError, ValueError):
        return False
    return NAME.fullmatch(name) is not None and not name.endswith(INSIDE)


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether the address is somebody's on the internet; those that wrap one of version 4 count as that."""
    if isinstance(address, IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if wrapped is not None:
            return _is_global(wrapped)
        if address.is_site_local:
            return False
    if address.is_multicast or address.is_reserved or any(address in network for network in SPECIAL):
        return False
    return address.is_global
