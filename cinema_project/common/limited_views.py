"""API views that each address may call only so often."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cinema_project.common.addresses import client_address
from cinema_project.common.rates import Rate, RateExceeded, Standing, spend


class Limited(APIView):
    """An endpoint that allows each address its ``rate``, and tells in the headers what is left of it."""

    may_answer_429 = True
    rate: Rate
    _standing: Standing | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        try:
            self._standing = spend(self.rate, client_address(request))
        except RateExceeded as refused:
            self._standing = refused.standing
            raise

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Any:
        for name, value in (self._standing.headers() if self._standing else {}).items():
            response[name] = value
        return super().finalize_response(request, response, *args, **kwargs)
