"""Somebody must be able to run the cinema."""

from collections.abc import Collection

from accounts.models import User
from cinema_project.common.errors import Conflict


class LastAdmin(Conflict):
    code = "last_admin"

    def __init__(self) -> None:
        super().__init__("This is the last admin. Make somebody else one first.")


def check_an_admin_remains(*, without: Collection[int]) -> None:
    """Let these people cease to be admins; of two that cease at the same moment, one stays. Inside a transaction.

    :param without: ids of people, admins or not
    :raises LastAdmin: if nobody else could run the cinema
    """
    admins = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").select_for_update(no_key=True)
    ids = set(admins.values_list("pk", flat=True))
    if ids and ids <= set(without):
        raise LastAdmin
