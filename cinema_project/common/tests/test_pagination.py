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


@pytest.mark.parametrize("query", ["skip=1000&limit=500", "offset=1000&limit=500"])
def test_the_last_page_leads_back(query):
    found, headers = page(query)

    assert found == THINGS[1000:]
    assert headers["Link"].endswith('skip=500>; rel="prev"')
    assert "next" not in headers["Link"]


def test_a_page_in_the_middle_leads_both_ways():
    _, headers = page("skip=5&limit=10")

    assert [part.rsplit("; ")[-1] for part in headers["Link"].split(", ")] == ['rel="next"', 'rel="prev"']
    assert "skip=0" in headers["Link"]


def test_a_page_behind_the_end_is_empty():
    assert page("skip=5000")[0] == []


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
    class View:
        default_limit = 7

    assert len(page(view=View())[0]) == 7
