import pytest
from django.contrib.sessions.models import Session
from django_celery_beat.models import PeriodicTask

from accounts.models import TokenFamily
from accounts.tasks import tidy_up
from accounts.tests import make
from accounts.tokens import issue_tokens, revoke_family

pytestmark = pytest.mark.django_db


def test_what_is_over_is_forgotten_and_the_rest_stays(client, clock):
    ann = make.user()
    client.force_login(ann)
    issue_tokens(user=ann)
    revoke_family(TokenFamily.objects.get().pk)
    client.post("/account/sign-in/", {"email": "ann@cinema.test", "password": "wrong"})
    assert tidy_up() == {"failures": 0, "sign_ins": 0, "visits": 0}

    clock.travel(31 * 24 * 3600)
    issue_tokens(user=ann)

    assert tidy_up() == {"failures": 1, "sign_ins": 1, "visits": 1}
    assert (TokenFamily.objects.count(), Session.objects.count()) == (1, 0)


def test_the_clock_calls_it():
    assert PeriodicTask.objects.get(task="accounts.tasks.tidy_up").interval.every == 1
