"""Who lives in the demo: one account for each role, and fifty-two customers."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts import roles
from accounts.models import User
from cinema_project.common import clock
from cinema_project.common.database import write

PASSWORD = "cinema-demo-2026"
API_KEY = "cinema-demo-key-2026"
"""For `X-API-Key`, while the demo is served."""
CUSTOMERS = 50


@dataclass(frozen=True, slots=True)
class Account:
    """A demo account; ``purpose`` is what the printed table says."""

    name: str
    purpose: str
    group: str | None = None
    is_staff: bool = False
    is_superuser: bool = False
    long_holds: bool = False

    @property
    def email(self) -> str:
        return f"{self.name}@cinema.test"


SHOWN = (
    Account("admin", "everything", is_staff=True, is_superuser=True),
    Account("manager", "staff: programme, prices, people", roles.MANAGER, is_staff=True),
    Account("programmer", "staff: films, rooms, screenings", roles.PROGRAMMER, is_staff=True),
    Account("boxoffice", "staff: tickets and check-in", roles.BOX_OFFICE, is_staff=True),
    Account("auditor", "staff: reads everything", roles.AUDITOR, is_staff=True),
    Account("alice", "customer with tickets"),
    Account("bob", "customer with tickets"),
)
CROWD = tuple(
    Account(f"user{number}", "customer", long_holds=number == CUSTOMERS) for number in range(1, CUSTOMERS + 1)
)


@write
def create_people() -> int:
    """Make the accounts that are missing; return how many. Others stay as they are, passwords included."""
    known = set(User.objects.filter(email__endswith="@cinema.test").values_list("email", flat=True))
    missing = [account for account in (*SHOWN, *CROWD) if account.email not in known]
    if not missing:
        return 0
    password = make_password(PASSWORD)  # slow on purpose, so once for all
    made = User.objects.bulk_create(
        User(
            uuid=uuid5(NAMESPACE_URL, account.email),
            email=account.email,
            password=password,
            full_name=account.name.title(),
            email_confirmed_at=clock.now(),
            is_staff=account.is_staff,
            is_superuser=account.is_superuser,
            long_holds=account.long_holds,
        )
        for account in missing
    )
    for user, account in zip(made, missing, strict=True):
        if account.group:
            user.groups.add(Group.objects.get_or_create(name=account.group)[0])
    return len(made)


def customers(names: tuple[Account, ...]) -> list[User]:
    """Return the users of these accounts, in their order."""
    users = User.objects.in_bulk([account.email for account in names], field_name="email")
    return [users[account.email] for account in names if account.email in users]
