"""Pages of added sites, however they are written."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraping.sites.adapters import JSON_LD, adapter_of
from scraping.sites.pages import MOST_PAGES, decoded, next_page
from scraping.sites.reading import Reading
from scraping.sites.recording import recorded
from scraping.sources.base import Payload, ReadInPart, Unit

URL = "https://roxy.example/programme?week=1"
ODD = [
    {"startDate": 5},
    {"startDate": "0001-01-01T00:00:00+14:00"},
    {"startDate": "9999-12-31T23:59:59-12:00"},
    {"startDate": "2031-06-02T20:15:00+99:99"},
    {"name": "nul\0 and half a sign \ud800"},
    {"name": "x" * 5000},
    {"location": {"name": "Roxy" * 300, "geo": {"latitude": "999", "longitude": "nan"}}},
    {"offers": [None, 1, {"price": {"a": 1}}, {"price": "9" * 80, "priceCurrency": 12}, {"price": "NaN"}]},
    {"workPresented": {"@type": "Movie", "name": "A", "duration": "PT99999999H", "datePublished": "99999999"}},
    {"workPresented": {"@type": "Movie", "name": "A", "director": [None, 5, {"name": None}]}},
]


def kept(events):
    """Return what would be stored of a page with these events, by kind."""
    blocks = "".join(f'<script type="application/ld+json">{json.dumps(event)}</script>' for event in events)
    page = Payload(URL, f"<html>{blocks}</html>".encode())
    reading = Reading(URL, JSON_LD, "Asia/Jakarta", "Roxy")
    rows = recorded(reading, [(Unit("page:1", {"url": URL}), page)], datetime(2031, 6, 1, tzinfo=UTC))["rows"]
    return {kind: [row for of, _, row in rows if of == kind] for kind in ("listing", "theatre", "showing", "page")}


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: str(odd)[:40])
def test_odd_showing_costs_no_other(odd):
    event = {"@type": "ScreeningEvent", "name": "Faust", "startDate": "2031-06-02T20:15"}
    rows = kept([event | odd, event])

    assert "Faust" in [row["title"] for row in rows["listing"]]
    assert all(isinstance(row, dict) for of_kind in rows.values() for row in of_kind)
    assert rows["page"] == []


@given(
    st.dictionaries(
        st.sampled_from(["name", "location", "offers", "workPresented", "url", "endDate"]),
        st.recursive(
            st.none() | st.integers() | st.text("aé\0\ud800<5.", max_size=6),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["@type", "@id", "name", "price", "geo", "latitude", "url", "containedInPlace"]),
                    inner | st.just("Movie"),
                    max_size=4,
                )
            ),
            max_leaves=8,
        ),
    )
)
def test_whatever_is_read_can_be_stored(said):
    rows = kept([{"@type": "ScreeningEvent", "startDate": "2031-06-02T20:15", **said}])

    assert all(isinstance(row, dict) for of_kind in rows.values() for row in of_kind)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Häxan".encode(), "Häxan"),
        (b"\xef\xbb\xbfH\xc3\xa4xan", "Häxan"),
        (b"H\xe4xan", "Häxan"),
        (b"<meta charset=iso-8859-2>\xb3", "<meta charset=iso-8859-2>ł"),
        *((b"<meta charset=%b>\xe4" % name, f"<meta charset={name.decode()}>ä") for name in (b"idna", b"hex", b"x")),
        (b"<meta charset=unicode_escape>\xe4\\ud800", "<meta charset=unicode_escape>ä?"),
    ],
)
def test_pages_are_text_in_any_charset(content, text):
    assert decoded(content) == text


@pytest.mark.parametrize(
    ("header", "content", "text"),
    [
        ("text/html; charset=windows-1251", b"\xc4\xee\xec", "Дом"),
        ("text/html; charset=windows-1251", b"<meta charset=iso-8859-2>\xe4", "<meta charset=iso-8859-2>д"),
        ("text/html; charset=windows-1251", "Дом".encode(), "Дом"),
        ("text/html; charset=utf-8", b"<meta charset=iso-8859-2>\xb3", "<meta charset=iso-8859-2>ł"),
        ("text/html; charset=utf-8", b"H\xc3\xa4xan\xff", "Häxan\ufffd"),
        ("text/html; charset=iso-8859-1", b"\x93H\xe4xan\x94", "“Häxan”"),
        ("text/html; charset=nonsense", b"<meta charset=iso-8859-2>\xb3", "<meta charset=iso-8859-2>ł"),
        ("text/html; charset=", b"\xe4", "ä"),
    ],
)
def test_header_names_the_charset_of_what_is_not_utf_8(header, content, text):
    assert decoded(content, header) == text


def test_pages_that_follow_each_other_are_read_up_to_the_limit():
    pages = adapter_of(Reading(URL, JSON_LD, "Asia/Jakarta", "Roxy"))
    payload = Payload(URL, b"<a rel=next href='?week=2'>next</a>")

    def following(number: int) -> list[Unit]:
        return list(pages.follow(Unit("page", {"url": URL, "page": number}), payload))

    assert [unit.args["page"] for unit in following(MOST_PAGES - 1)] == [MOST_PAGES]
    with pytest.raises(ReadInPart, match=f"More than {MOST_PAGES} pages follow each other; the first 30 are read"):
        following(MOST_PAGES)


@pytest.mark.parametrize(
    ("link", "following"),
    [
        ('<a class="x" rel="nofollow next" href="?week=2">', "https://roxy.example/programme?week=2"),
        ("<link rel=next href=/programme/2#top>", "https://roxy.example/programme/2"),
        ("<a href=\"?week=2\" REL='Next'>", "https://roxy.example/programme?week=2"),
        ('<a rel="next" href="?week=1#next">', ""),
        ('<a rel="next" href="https://other.example/2">', ""),
        ('<a rel="next" href="file:///etc/passwd">', ""),
        ('<a rel="next">', ""),
        ('<a href="?week=2">next</a>', ""),
    ],
)
def test_page_that_follows(link, following):
    assert next_page(f"<p>Films</p>{link}", URL) == following
