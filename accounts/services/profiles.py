"""What people say about themselves, and how they like things."""

from datetime import date
from typing import Any

from accounts.models import User
from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import Invalid

EARLIEST_BIRTH = date(1900, 1, 1)


class BirthdayInvalid(Invalid):
    code = "birthday_invalid"

    def __init__(self) -> None:
        sentence = f"The date of birth must be a day from {EARLIEST_BIRTH} until today."
        super().__init__(sentence, errors=[{"pointer": "/date_of_birth", "detail": sentence}])


def change_profile(*, user: User, **changes: Any) -> User:
    """Store what was given of ``full_name`` and ``date_of_birth``.

    :raises BirthdayInvalid: if nobody alive can be born that day
    """
    born = changes.get("date_of_birth")
    if born is not None and not EARLIEST_BIRTH <= born <= clock.now().date():
        raise BirthdayInvalid
    return _store(user, changes)


def change_preferences(*, user: User, **changes: Any) -> User:
    """Store what was given of the choices: colours, language, time format, mails, long holds."""
    return _store(user, changes)


@write
def _store(user: User, changes: dict[str, Any]) -> User:
    if not changes:
        return user
    User.objects.filter(pk=user.pk, closed_at=None).update(**changes, updated_at=clock.now())
    user.refresh_from_db(fields=[*changes, "updated_at"])
    return user
