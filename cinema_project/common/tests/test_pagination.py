from types import SimpleNamespace

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from cinema_project.common.errors import Invalid
from cinema_project.common.pagination import SkipLimitPagination

THINGS = list(range(1200))


def page(query="", things=THINGS, view=None):
    """Return the things of the page, and the headers."""
    pagination = SkipLimitPagination()
    found = pagination.paginate_queryset(things, Request(APIRequestFactory().get(f"/api/v1/things?{query}")), view)
    return found, pagination.get_paginated_response(found).headers


def test_a_hundred_unless_told_otherwise():
    found, headers = page("genre=drama")

    assert found == THINGS[:100]
    assert (headers["X-Total-Count"], headers["Link"]) == (
        "1200",
        '<http://testserver/api/v1/things?genre=drama&limit=100&skip=100>; rel="next"',
    )


@pytest.mark.parametrize("name", ["skip", "offset"])
def test_the_last_page_leads_back_by_the_name_that_was_used(name):
    found, headers = page(f"{name}=1000&limit=500")

    assert found == THINGS[1000:]
    assert headers["Link"] == f'<http://testserver/api/v1/things?limit=500&{name}=500>; rel="prev"'


def test_skip_counts_where_both_are_given():
    found, headers = page("skip=10&offset=700&limit=5")

    assert found == THINGS[10:15]
    assert "skip=15" in headers["Link"]


def test_nothing_is_counted_that_the_page_shows():
    class Uncounted(list):
        def __len__(self):
            raise AssertionError("Counting takes a query")

    for query, total in (("", "4"), ("skip=3", "4"), ("limit=5", "4")):
        assert page(query, Uncounted(range(4)))[1]["X-Total-Count"] == total
    for query in ("limit=4", "skip=9"):
        with pytest.raises(AssertionError):
            page(query, Uncounted(range(4)))


def test_a_page_in_the_middle_leads_both_ways():
    _, headers = page("skip=5&limit=10")

    assert [part.rsplit("; ")[-1] for part in headers["Link"].split(", ")] == ['rel="next"', 'rel="prev"']
    assert "skip=0" in headers["Link"]


@pytest.mark.parametrize(
    ("things", "query", "last"),
    [(THINGS, "skip=5000", 1100), (THINGS[:22], "skip=500&limit=10", 20), ([], "skip=5", 0)],
)
def test_a_page_behind_the_end_is_empty_and_leads_to_the_last(things, query, last):
    found, headers = page(query, things)

    assert found == []
    assert f"skip={last}>" in headers["Link"]


def test_everything_on_one_page_leads_nowhere():
    _, headers = page(things=[1, 2])

    assert (headers["X-Total-Count"], "Link" in headers) == ("2", False)


@pytest.mark.parametrize("value", ["-1", "0", "501", "x", "1.5", "", "1e2", "٣", "9" * 20])
def test_a_limit_is_1_to_500(value):
    with pytest.raises(Invalid) as refused:
        page(f"limit={value}")

    assert [error["pointer"] for error in refused.value.errors] == ["/limit"]


@pytest.mark.parametrize("name", ["skip", "offset"])
@pytest.mark.parametrize("value", ["-1", "x", "1.5", ""])
def test_a_skip_is_from_0(name, value):
    with pytest.raises(Invalid):
        page(f"{name}={value}")


def test_a_view_may_have_a_default_of_its_own():
    assert len(page(view=SimpleNamespace(default_limit=7))[0]) == 7


def test_a_list_that_is_whole_unless_limited_leads_to_pages_that_are_allowed():
    found, headers = page("skip=700", view=SimpleNamespace(default_limit=None))

    assert found == THINGS[700:]
    assert headers["Link"] == '<http://testserver/api/v1/things?limit=500&skip=200>; rel="prev"'
