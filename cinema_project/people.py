"""What concerns a person and needs more than one app: leaving, and taking one's data along."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import SignedInRequest
from accounts.api.serializers.profiles import ConfirmInput
from accounts.api.views.me import TAGS, Profile, check_who
from accounts.forms import ConfirmForm
from accounts.models import User
from accounts.selectors import personal_data
from accounts.services.passwords import confirm_password
from accounts.views.answers import page
from booking.selectors.personal import sales_of
from booking.selectors.tickets import tickets_of
from booking.services.farewell import close_account
from catalog.selectors.personal import opinions_of
from cinema_project.common.errors import DomainError


class Me(Profile):
    """The whole of ``users/me``."""

    @extend_schema(
        operation_id="users_close_me",
        tags=TAGS,
        summary="Close the account",
        description="Holds are released, tickets of films to come cancelled and refunded, personal data erased. "
        "It takes a sign-in of the last hour, or `current_password`.",
        request=ConfirmInput,
        responses={
            204: None,
            403: OpenApiResponse(description="This takes a sign-in of the last hour."),
            409: OpenApiResponse(description="This is the last admin. Make somebody else one first."),
        },
    )
    def delete(self, request: SignedInRequest) -> Response:
        asked = ConfirmInput(data=request.data)
        asked.is_valid(raise_exception=True)
        check_who(request, asked.validated_data.get("current_password"))
        close_account(user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Export(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="users_export_me",
        tags=TAGS,
        summary="Everything we know of you",
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: SignedInRequest) -> JsonResponse:
        return exported(request.user)


def exported(user: User) -> JsonResponse:
    """Answer with a file of everything that the house knows of a person."""
    content: dict[str, Any] = {
        "account": personal_data(user),
        "sales": sales_of(user.pk),
        "opinions": opinions_of(user.pk),
    }
    response = JsonResponse(content, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="my-cinema-data.json"'
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@login_required
def export(request: HttpRequest) -> HttpResponse:
    """Let the visitor save the same file."""
    return exported(cast("User", request.user))


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class CloseAccount(LoginRequiredMixin, View):
    """Ask once more, for the password, and end it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, ConfirmForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        user = cast("User", request.user)
        form = ConfirmForm(request.POST)
        if not form.is_valid():
            return self._page(request, form)
        try:
            confirm_password(user=user, password=form.cleaned_data["current_password"], request=request)
            close_account(user=user)
        except DomainError as error:
            form.refuse(error)
            return self._page(request, form)
        logout(request)
        messages.success(request, "Your account is closed. Goodbye, and thank you.")
        return redirect("pages:home")

    def _page(self, request: HttpRequest, form: ConfirmForm) -> HttpResponse:
        tickets = tickets_of(request.user.pk or 0, upcoming=True)
        return page(request, "accounts/close.html", refused=form.refusal, form=form, tickets=tickets)
