"""Endpoints that take a password from somebody who is not signed in."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.login_limits import told_in_headers
from cinema_project.common.limited_views import TellsLimit


class CountsGuesses(TellsLimit):
    """Tells how many wrong guesses are left. The view names the ``account`` that was asked for."""

    account = ""

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Any:
        if self.account:
            self.limit_headers = told_in_headers(self.account, request)
        return super().finalize_response(request, response, *args, **kwargs)
