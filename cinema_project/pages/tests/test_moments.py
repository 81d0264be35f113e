from datetime import UTC, datetime

import pytest

from accounts.models import User
from cinema_project.pages.templatetags.moments import moment

EVENING = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("viewer", "told"),
    [
        (None, "Sat 21 Nov, 19:30 CET"),
        (User(), "Sat 21 Nov, 19:30 CET"),
        (User(time_format="24"), "Sat 21 Nov, 19:30 CET"),
        (User(time_format="12"), "Sat 21 Nov, 7:30 p.m. CET"),
    ],
)
def test_times_are_told_as_the_viewer_likes_them(viewer, told):
    shown = moment({"user": viewer}, EVENING, "Europe/Berlin")

    assert shown == f'<time datetime="2026-11-21T19:30:00+01:00">{told}</time>'
