"""Programmes that pages tell as microdata."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraping.schema_org.microdata import MOST_FACTS, read_microdata
from scraping.schema_org.programme import programme_of

ROME = ZoneInfo("Europe/Rome")
FAUST = """<div itemscope itemtype="http://schema.org/ScreeningEvent">
  <h2 itemprop="name">Faust</h2> <time itemprop="startDate" datetime="2031-06-02T20:15">20.15</time>
  <div itemprop="workPresented" itemscope itemtype="http://schema.org/Movie">
    <span itemprop="name">Faust &amp; Margarete</span><meta itemprop="duration" content="PT1H46M">
    <span itemprop="director" itemscope itemtype="http://schema.org/Person"><i itemprop="name">Murnau</i></span>
  </div>
  <p itemprop="location" itemscope itemtype="http://schema.org/MovieTheater"><b itemprop="name">Roxy</b></p>
  <p itemprop="offers" itemscope itemtype="http://schema.org/Offer"><span itemprop="price">7,50 €</span>
    <meta itemprop="priceCurrency" content="EUR"><link itemprop="availability" href="http://schema.org/SoldOut"></p>
</div>"""


def read(body, zone=ROME):
    return programme_of(read_microdata(f"<!doctype html><html><body>{body}</body></html>"), zone)


def test_everything_that_microdata_tell():
    [one] = read(FAUST).showings

    assert (one.title, one.minutes, one.directors) == ("Faust & Margarete", 106, ("Murnau",))
    assert (one.starts_at, one.offset) == (datetime(2031, 6, 2, 18, 15, tzinfo=UTC), None)
    assert (one.place, str(one.price), one.currency, one.is_sold_out) == ("Roxy", "7.50", "EUR", True)
    assert one.path.startswith("microdata 1: $[0]")


def test_showings_in_the_film_that_they_show():
    film = """<article itemscope itemtype="https://schema.org/Movie"><h1 itemprop="name">Häxan</h1>
      <div itemprop="event" itemscope itemtype="https://schema.org/ScreeningEvent">
      <meta itemprop="startDate" content="2031-06-02T20:15:00+02:00"></div></article>"""

    assert [one.title for one in read(film).showings] == ["Häxan"]


def test_page_that_says_it_is_xml_is_read():
    text = f'<?xml version="1.0" encoding="iso-8859-1"?><html><body>{FAUST}</body></html>'

    assert len(programme_of(read_microdata(text), ROME).showings) == 1


@pytest.mark.parametrize(
    "text", ["", "<p>itemscope</p>", "<div itemscope></div>", "itemscope", "<div itemscope itemprop>"]
)
def test_page_without_showings_tells_none(text):
    assert read(text).showings == ()


def test_page_with_too_much_is_left_out_in_words():
    found = read(f"<div itemscope>{'<i itemprop=a>' * (MOST_FACTS + 1)}</div>")

    assert found.faults == ("The microdata is left out: there is too much of it.",)


@pytest.mark.parametrize(
    "text",
    [
        "<div itemscope itemprop=a>" * 3000,
        "<div itemscope itemref='a b' id=a itemprop=x><div itemscope itemref='a b' id=b itemprop=y></div></div>" * 300,
        "<b itemscope itemref='" + "a " * 2000 + "'>" + "<i id=a itemprop=name>x</i>" * 2000,
        "<i itemprop=name>" * 2000 + "x" * 100_000,
    ],
    ids=["deep", "circle", "references", "nested facts"],
)
def test_hostile_page_costs_little(text):
    start = time.monotonic()

    read(f"<div itemscope>{text}")

    assert time.monotonic() - start < 20


@given(st.text(st.sampled_from("<>/= \"'abitemscopeproprf\0é"), max_size=300))
def test_nothing_that_a_page_says_is_too_odd(text):
    read(f"<p itemscope itemprop={text} itemtype=https://schema.org/Event>{text}")
