import pytest

from cinema_project.common.public_urls import UrlRefused, check_public_url

SENTENCES = {
    "long": "The address is longer than 500 characters.",
    "letters": "The address must not hold spaces, backslashes or control characters.",
    "whole": "The address must be a whole one and begin with http:// or https://.",
    "user": "The address must not hold a user name or a password.",
    "host": "The address must lead to a public host, by its name in plain letters.",
    "form": "The address is not well formed.",
}


@pytest.mark.parametrize(
    "url",
    [
        "http://pictures.example/ann.jpg",
        "https://pictures.test",
        "HTTPS://Pictures.Example:8443/Ann%20Example.png?size=[512]&x=a@b#top",
        "https://pictures.example:/ann.jpg",
        "https://pictures.example./ann.jpg",
        "https://pictures.example/für-anna.jpg",
        "https://xn--bcher-kva.example/",
        "https://a_b.pictures-1.example/",
        "https://localhost.example/",
        "https://1.1.1.1.example/",
        "https://8.8.8.8/",
        "https://134744072/",
        "https://[2606:4700::1111]:443/",
        "https://[::ffff:8.8.8.8]/",
        "https://[2002:808:808::]/",
        "https://pictures.example/" + "a" * 475,
    ],
)
def test_public_address_passes_as_it_is(url):
    assert check_public_url(url) == url


@pytest.mark.parametrize(
    ("why", "url"),
    [
        ("long", "https://pictures.example/" + "a" * 476),
        *[("letters", f"https://pictures.example/{letter}") for letter in " \t\n\r\0\x7f\u200b\u2028\u00a0\\"],
        ("letters", "https:\\\\pictures.example"),
        ("letters", " https://pictures.example"),
        *[
            ("whole", url)
            for url in (
                *("", "pictures.example/ann.jpg", "//pictures.example", "/ann.jpg", "http:pictures.example"),
                *("http:/pictures.example", "http:///pictures.example", "http://", "http://?x", "javascript:alert(1)"),
                *("ftp://pictures.example", "file:///etc/passwd", "data:image/png;base64,AAAA", "gopher://a.example"),
            )
        ],
        *[("user", f"http://{user}@pictures.example") for user in ("ann", "ann:secret", "", "8.8.8.8%2f")],
        *[
            ("form", f"http://{authority}/")
            for authority in (
                *("pictures.example:0", "pictures.example:65536", "pictures.example:+80", "pictures.example:http"),
                *("[2606:4700::1111", "2606:4700::1111]", "[]", "[pictures.example]", "8.8.8.8:80:80"),
            )
        ],
    ],
)
def test_address_is_refused_with_what_is_wrong(why, url):
    with pytest.raises(UrlRefused) as refused:
        check_public_url(url)

    assert (refused.value.code, refused.value.detail) == ("url_refused", SENTENCES[why])


@pytest.mark.parametrize(
    "host",
    [
        *(
            "localhost",
            "LOCALHOST",
            "localhost.",
            "a.localhost",
            "localhost.localdomain",
            "intranet",
            "example",
            "test.",
        ),
        *("printer.local", "Printer.LOCAL", "printer.local.", "metadata.google.internal", "router.home.arpa"),
        *("pictures..example", "pictures.example..", "-a.example", "a-.example", ".example", "a" * 64 + ".example"),
        *(
            "%6c%6fcalhost",
            "pictures%2eexample",
            "bücher.example",
            "127。0。0。1",
            "①②⑦.0.0.1",
            "a,b.example",
            "a'.example",
        ),
        *("127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "0", "0.0.0.0", "2130706433", "0x7f000001", "0X7F.1"),
        *("017700000001", "0177.0.0.1", "0x7f.0x0.0x0.0x1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "192.0.0.192", "192.0.2.1", "198.18.0.1", "203.0.113.1", "224.0.0.1", "255.255.255.255"),
        *("240.0.0.1", "256.1.1.1", "4294967296", "1.2.3.4.5", "09.1.1.1", "0x", "a.0x7f", "pictures.example.1"),
        *("[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[fe80::1]", "[fe80::1%25eth0]", "[fd00::1]", "[fec0::1]", "[ff02::1]"),
        *("[2001:db8::1]", "[3fff::1]", "[100::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:a00:1]"),
        *("[::127.0.0.1]", "[::7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[v1.a]"),
        *("[2606:4700::1111]a", "a[2606:4700::1111]"),
    ],
)
@pytest.mark.parametrize("port", ["", ":80"])
def test_host_that_is_not_public_is_refused(host, port):
    with pytest.raises(UrlRefused) as refused:
        check_public_url(f"http://{host}{port}/ann.jpg")

    assert refused.value.detail == SENTENCES["host"]
