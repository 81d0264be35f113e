"""The expirer outlives whatever the database does."""

import threading

import pytest

from booking import expirer
from cinema_project.common.errors import Busy

pytestmark = pytest.mark.django_db(transaction=True)


def test_expirer_goes_on_after_an_outage(monkeypatch):
    stop, calls = threading.Event(), []

    def work() -> float:
        calls.append(len(calls))
        if len(calls) == 1:
            raise Busy("Another writer was too slow.")
        stop.set()
        return 0.0

    monkeypatch.setattr(expirer, "OUTAGE_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(expirer, "_expire_and_look_ahead", work)

    expirer.run(stop)

    assert calls == [0, 1]
