"""Issuing, spending and ending tokens."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import TokenFamily
from accounts.signatures import BadToken, TokenExpired, TokenRevoked, read_access, read_page
from accounts.tests import make
from accounts.tokens import LONGEST_SIGN_IN, issue_tokens, page_token, renew, revoke_family, rotate
from cinema_project.common import clock as clocks

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_access_token_carries_the_claims_of_the_contract():
    manager = make.user(groups=("manager",))

    pair = issue_tokens(user=manager)

    claims = make.claims_of(pair.access_token)
    family = TokenFamily.objects.get()
    assert set(claims) == {"sub", "user_id", "role", "family", "type", "jti", "exp"}
    assert claims["sub"] == str(manager.uuid)
    assert claims["user_id"] == manager.pk
    assert claims["role"] == "manager"
    assert claims["family"] == str(family.pk)
    assert claims["type"] == "access"
    assert claims["jti"] != make.claims_of(pair.refresh_token)["jti"]


def test_tokens_end_when_the_settings_say(settings, clock):
    settings.ACCESS_TOKEN_SECONDS, settings.REFRESH_TOKEN_SECONDS = 60, 3600
    clock.at(clocks.now().replace(microsecond=0))
    now = int(clocks.now().timestamp())

    pair = issue_tokens(user=make.user())

    assert pair.expires_in == 60
    assert make.claims_of(pair.access_token)["exp"] == now + 60
    assert make.claims_of(pair.refresh_token)["exp"] == now + 3600


def test_printed_pair_does_not_show_the_tokens():
    pair = issue_tokens(user=make.user())

    assert pair.access_token not in repr(pair)
    assert pair.refresh_token not in repr(pair)


def test_rotation_spends_the_refresh_token_and_keeps_the_family(clock):
    first = issue_tokens(user=make.user())

    second = rotate(first.refresh_token)
    third = rotate(second.refresh_token)

    pairs = (first, second, third)
    assert len({make.claims_of(pair.refresh_token)["jti"] for pair in pairs}) == 3
    assert len({make.claims_of(pair.access_token)["jti"] for pair in pairs}) == 3
    assert len({make.claims_of(pair.access_token)["family"] for pair in pairs}) == 1
    assert TokenFamily.objects.get().revoked_at is None


def test_reuse_within_the_grace_returns_the_same_pair(clock):
    clock.at(clocks.now())
    first = issue_tokens(user=make.user())
    second = rotate(first.refresh_token)
    clock.travel(1)

    assert rotate(first.refresh_token) == second


def test_reuse_after_the_grace_ends_the_family(clock):
    clock.at(clocks.now())
    first = issue_tokens(user=make.user())
    second = rotate(first.refresh_token)
    clock.travel(1.1)

    with pytest.raises(TokenRevoked):
        rotate(first.refresh_token)

    assert TokenFamily.objects.get().revoked_at == clocks.now()
    with pytest.raises(TokenRevoked):
        rotate(second.refresh_token)
    with pytest.raises(TokenRevoked):
        renew(second.access_token)


def test_reuse_of_a_token_two_steps_old_ends_the_family_at_once(clock):
    first = issue_tokens(user=make.user())
    rotate(rotate(first.refresh_token).refresh_token)

    with pytest.raises(TokenRevoked):
        rotate(first.refresh_token)

    assert TokenFamily.objects.get().revoked_at is not None


def test_each_rotation_lengthens_the_family(clock):
    pair = issue_tokens(user=make.user())
    before = TokenFamily.objects.get().expires_at
    clock.travel(86_400)

    rotate(pair.refresh_token)

    assert timedelta(hours=23) < TokenFamily.objects.get().expires_at - before < timedelta(hours=25)


def test_renewing_with_the_access_token_keeps_the_refresh_token(clock):
    first = issue_tokens(user=make.user())
    clock.travel(600)

    second = renew(first.access_token)

    assert second.refresh_token == first.refresh_token
    assert make.claims_of(second.access_token)["exp"] >= make.claims_of(first.access_token)["exp"] + 599
    assert rotate(second.refresh_token).user == first.user


def test_expired_tokens_are_refused(clock):
    pair = issue_tokens(user=make.user())
    clock.travel(901)

    with pytest.raises(TokenExpired):
        renew(pair.access_token)
    clock.travel(31 * 86_400)
    with pytest.raises(TokenExpired):
        rotate(pair.refresh_token)


def test_tokens_of_a_suspended_person_are_refused():
    person = make.user()
    pair = issue_tokens(user=person)
    type(person).objects.update(is_active=False)

    with pytest.raises(BadToken):
        rotate(pair.refresh_token)
    with pytest.raises(BadToken):
        renew(pair.access_token)


def test_revoking_a_family_leaves_the_others():
    person = make.user()
    ended, other = issue_tokens(user=person), issue_tokens(user=person)

    revoke_family(read_access(ended.access_token).family)

    with pytest.raises(TokenRevoked):
        rotate(ended.refresh_token)
    assert rotate(other.refresh_token).user == person


def test_each_kind_is_read_as_itself_only():
    person = make.user()
    pair, page = issue_tokens(user=person), page_token(person)

    assert read_access(pair.access_token).user_id == person.pk
    assert read_page(page).user_id == person.pk
    assert read_page(page_token(None)).user_id is None
    wrong = ((read_access, pair.refresh_token), (read_access, page), (read_page, pair.access_token))
    wrong += ((rotate, pair.access_token), (rotate, page), (renew, pair.refresh_token), (renew, page))
    for read, token in wrong:
        with pytest.raises(BadToken):
            read(token)


def test_a_token_once_verified_is_not_taken_for_another_kind():
    pair = issue_tokens(user=make.user())
    read_access(pair.access_token)

    with pytest.raises(BadToken):
        read_page(pair.access_token)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_the_same_moment_receive_the_same_pair():
    first = issue_tokens(user=make.user())
    start, pairs = threading.Barrier(6), []

    def refresh():
        start.wait()
        try:
            pairs.append(rotate(first.refresh_token))
        finally:
            connection.close()

    tabs = [threading.Thread(target=refresh) for _ in range(6)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()

    assert len(pairs) == 6
    assert {(pair.access_token, pair.refresh_token) for pair in pairs} == {
        (pairs[0].access_token, pairs[0].refresh_token)
    }
    assert TokenFamily.objects.get().revoked_at is None


def test_no_sign_in_outlives_half_a_year_however_often_it_is_refreshed(settings, clock):
    settings.REFRESH_TOKEN_SECONDS = 100 * 24 * 3600
    pair = issue_tokens(user=make.user())
    clock.travel(95 * 24 * 3600)

    pair = rotate(pair.refresh_token)

    family = TokenFamily.objects.get()
    assert family.expires_at - family.created_at <= LONGEST_SIGN_IN
    clock.travel(86 * 24 * 3600)
    with pytest.raises(TokenExpired):
        rotate(pair.refresh_token)
