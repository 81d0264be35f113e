"""API views that each address may call only so often."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cinema_project.common.addresses import client_address
from cinema_project.common.rates import Rate, RateExceeded, spend


class TellsLimit(APIView):
    """An endpoint that may refuse who comes too often, and tells in the headers what is left."""

    may_answer_429 = True
    limit_headers: dict[str, str] | None = None

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Any:
        for name, value in (self.limit_headers or {}).items():
            response[name] = value
        return super().finalize_response(request, response, *args, **kwargs)


class Limited(TellsLimit):
    """An endpoint that allows each address its ``rate``."""

    rate: Rate

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        try:
            standing = spend(self.rate, client_address(request))
        except RateExceeded as refused:
            self.limit_headers = refused.standing.headers()
            raise
        self.limit_headers = standing.headers()
