"""Who may try. Whether this person may do this thing now is a rule, and lives in a service."""

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api_keys import KeyHolder
from accounts.callers import Caller, caller_for
from accounts.roles import BOX_OFFICE, PROGRAMMER


class IsStaffMember(BasePermission):
    """Managers and admins, and the named group. An auditor reads what they read and changes nothing."""

    group = ""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated:
            return False
        caller = request.auth if isinstance(request.auth, Caller) else caller_for(request.user)
        return caller.works_in(self.group, reads=request.method in SAFE_METHODS)


class IsProgrammer(IsStaffMember):
    """May change the catalogue."""

    group = PROGRAMMER


class IsBoxOffice(IsStaffMember):
    """May work with tickets, check-in and bookings."""

    group = BOX_OFFICE


class HasScope(IsStaffMember):
    """Programs with a key for this; people as they are let in elsewhere among staff.

    ``open_in_debug``: anybody, while the site is only tried out.
    """

    scope = ""
    open_in_debug = False

    def has_permission(self, request: Request, view: APIView) -> bool:
        if self.open_in_debug and settings.DEBUG:
            return True
        if isinstance(request.auth, KeyHolder):
            return self.scope in request.auth.scopes
        return super().has_permission(request, view)


def has_scope(scope: str, *, open_in_debug: bool = False) -> type[HasScope]:
    """Return the permission for views that a key with this scope opens, see ``api_keys.SCOPES``."""
    return type("HasScope", (HasScope,), {"scope": scope, "open_in_debug": open_in_debug})
