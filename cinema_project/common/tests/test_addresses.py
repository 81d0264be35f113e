import pytest
from django.test import RequestFactory

from cinema_project.common.addresses import client_address


def seen(peer, told="", proxies=0, *, settings):
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": told} if told else {}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))


@pytest.mark.parametrize(
    ("peer", "told", "proxies", "counted"),
    [
        ("192.0.2.1", "", 0, "192.0.2.1"),
        ("192.0.2.1", "203.0.113.5", 0, "192.0.2.1"),
        ("10.0.0.1", "203.0.113.5", 1, "203.0.113.5"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.5", 1, "203.0.113.5"),
        ("10.0.0.1", "203.0.113.5, 10.0.0.2", 2, "203.0.113.5"),
        ("10.0.0.1", "203.0.113.5", 2, "10.0.0.1"),
        ("10.0.0.1", "nonsense", 1, "0.0.0.0"),
        ("", "", 0, "0.0.0.0"),
        ("::ffff:192.0.2.1", "", 0, "192.0.2.1"),
        ("2001:db8:1:2:aaaa::1", "", 0, "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::9", "", 0, "2001:db8:1:2::"),
    ],
)
def test_only_what_our_own_proxies_say_is_believed(peer, told, proxies, counted, settings):
    assert seen(peer, told, proxies, settings=settings) == counted
