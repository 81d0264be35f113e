"""S6: fifty people sign in at the same moment, next to the bare Argon2 that this takes; and who am I, all the time."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from os import sched_getaffinity
from statistics import median

from argon2 import PasswordHasher
from argon2.low_level import Type

from bench.load import Flow, drive, request
from bench.report import Report
from bench.stage import Stage

PEOPLE, CLIENTS = 50, 8
PASSWORD = "cinema-bench-2026"
# Everybody in the bench's world has one password, hashed as the product hashes it.
SET_PASSWORD = f"""
from django.contrib.auth.hashers import make_password
from accounts.models import User
User.objects.update(password=make_password({PASSWORD!r}))
print(User.objects.order_by("pk")[0].password)
print(*User.objects.order_by("pk").values_list("email", flat=True)[:{PEOPLE}])
"""


def measure(stage: Stage, report: Report) -> None:
    told = stage.product.manage("shell", "--verbosity", "0", "-c", SET_PASSWORD).stdout.split()
    hashed, emails = told[0].removeprefix("argon2"), told[1:]
    _sign_in(stage, emails)
    ratios, moments = [], []
    for _ in range(stage.pairs):
        moments.append(_sign_in(stage, emails))
        ratios.append(moments[-1] / _bare(hashed))
    remark = f"{median(moments):.2f} s for all of them"
    report.add("S6 50 sign-ins at once ÷ their Argon2", median(ratios), must=1.5, aim=1.2, upward=False, remark=remark)
    report.add("S6 server CPU of auth/me", _who_am_i(stage), must=10, aim=3, unit=" ms", upward=False)


def _sign_in(stage: Stage, emails: list[str]) -> float:
    """Return the seconds until the last of them is in."""
    run = drive(stage.port, (_one(email) for email in emails), clients=PEOPLE)
    return run.seconds


def _one(email: str) -> Flow:
    answer = yield request("POST", "/api/v1/auth/login", body={"email": email, "password": PASSWORD})
    if answer.status != 200:
        raise AssertionError(answer)


def _bare(hashed: str) -> float:
    """Return the seconds that as many checks take on all cores, with nothing around them."""
    hasher = PasswordHasher(type=Type.ID)
    began = time.perf_counter()
    with ThreadPoolExecutor(len(sched_getaffinity(0))) as pool:
        checks = [pool.submit(hasher.verify, hashed, PASSWORD) for _ in range(PEOPLE)]
        for check in checks:
            check.result()
    return time.perf_counter() - began


def _who_am_i(stage: Stage) -> float:
    """Return the milliseconds of server CPU that one request takes."""
    before = stage.cpu()["http"]
    run = drive(stage.port, _asks(stage.tokens), clients=CLIENTS, seconds=stage.slice_seconds)
    return (stage.cpu()["http"] - before) / run.flows * 1000


def _asks(tokens: list[str]) -> Iterator[Flow]:
    while True:
        for token in tokens:
            yield _ask(token)


def _ask(token: str) -> Flow:
    answer = yield request("GET", "/api/v1/auth/me", token)
    if answer.status != 200:
        raise AssertionError(answer)
