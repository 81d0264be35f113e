"""Addresses that others give us: only such as lead out into the public internet."""

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_network
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from cinema_project.common.errors import Invalid

LONGEST_URL, LONGEST_FETCHED = 500, 2000
USUAL_PORTS = (None, 80, 443, 8080, 8443)
HERE = ("localhost", "[::1]")
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
    authority = _authority_of(url, LONGEST_URL)
    if not _is_public(authority):
        raise _not_public()
    return url


def check_fetchable_url(url: str, *, loopback: bool = False) -> str:
    """Return the address if it may be fetched; what its name means is checked when it is looked up.

    :param loopback: also allow what leads to this machine, at any port
    :raises UrlRefused: as ``check_public_url`` does, and for unusual ports
    """
    authority = _authority_of(url, LONGEST_FETCHED)
    if loopback and _is_here(authority):
        return url
    if not _is_public(authority):
        raise _not_public()
    if urlsplit(url).port not in USUAL_PORTS:
        raise UrlRefused("The address must not name an unusual port.")
    return url


def _authority_of(url: str, longest: int) -> str:
    if len(url) > longest:
        raise UrlRefused(f"The address is longer than {longest} characters.")
    if not url.isprintable() or " " in url or "\\" in url:
        raise UrlRefused("The address must not hold spaces, backslashes or control characters.")
    scheme, authority = _scheme_and_authority(url)
    if scheme not in ("http", "https") or not authority:
        raise UrlRefused("The address must be a whole one and begin with http:// or https://.")
    if "@" in authority:
        raise UrlRefused("The address must not hold a user name or a password.")
    return authority.lower()


def _not_public() -> UrlRefused:
    return UrlRefused("The address must lead to a public host, by its name in plain letters.")


def _is_here(authority: str) -> bool:
    host = authority.rpartition(":")[0] or authority if not authority.endswith("]") else authority
    return host in HERE or host.startswith("127.")


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
            return is_global(IPv6Address(host["six"]))
        if NUMBER.fullmatch(name.rpartition(".")[2]):
            return is_global(IPv4Address(socket.inet_aton(name)))
    except (OSError, ValueError):
        return False
    return NAME.fullmatch(name) is not None and not name.endswith(INSIDE)


def is_global(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether the address is somebody's on the internet; those that wrap one of version 4 count as that."""
    if isinstance(address, IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if wrapped is not None:
            return is_global(wrapped)
        if address.is_site_local:
            return False
    if address.is_multicast or address.is_reserved or any(address in network for network in SPECIAL):
        return False
    return address.is_global
