"""The groups that the product knows by name, and the role that the API shows."""

from collections.abc import Collection

MANAGER = "manager"
PROGRAMMER = "programmer"
BOX_OFFICE = "box office"
AUDITOR = "auditor"
GROUPS = (MANAGER, PROGRAMMER, BOX_OFFICE, AUDITOR)

STAFF_ROLES = ("manager", "admin")


def role_named(*, is_superuser: bool, groups: Collection[str]) -> str:
    """Return ``admin``, ``manager`` or ``user``. Always derived, never stored."""
    if is_superuser:
        return "admin"
    return "manager" if MANAGER in groups else "user"
