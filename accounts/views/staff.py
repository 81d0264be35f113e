"""The admin's own way in, by the rules of ours."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.visits import renew_visit


def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the admin's form; who signed in with it begins a visit of a working day."""
    response = admin.site.login(request)
    if request.method == "POST" and response.status_code == 302 and isinstance(request.user, User):
        renew_visit(request, request.user)
    return response
