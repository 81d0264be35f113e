"""Forgotten passwords: asking for the mail, and choosing another one by its link."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.forms import ForgotPasswordForm, ResetPasswordForm
from accounts.request_rates import FORGOTTEN_PASSWORDS
from accounts.reset_tokens import user_of
from accounts.services.resets import ResetTokenInvalid, request_password_reset, reset_password
from accounts.views.answers import next_page, page
from cinema_project.common.addresses import client_address
from cinema_project.common.errors import DomainError
from cinema_project.common.rates import spend

GO_ON = "go_on_after_reset"
"""Where in the session stands what the visitor was about when they noticed that they forgot their password."""


@method_decorator(never_cache, name="dispatch")
class ForgotPassword(View):
    """Ask for the mail with the link; what the page says does not depend on who exists."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, ForgotPasswordForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ForgotPasswordForm(request.POST)
        if form.is_valid():
            try:
                spend(FORGOTTEN_PASSWORDS, client_address(request))
                request_password_reset(**form.cleaned_data)
                _keep(request)
                return page(request, "accounts/forgot_sent.html", next=next_page(request), **form.cleaned_data)
            except DomainError as error:
                form.refuse(error)
        return self._page(request, form)

    def _page(self, request: HttpRequest, form: ForgotPasswordForm) -> HttpResponse:
        return page(request, "accounts/forgot.html", refused=form.refusal, form=form, next=next_page(request))


@method_decorator([never_cache, sensitive_post_parameters("password")], name="dispatch")
class ResetPassword(View):
    """Choose a new password, by the link of the mail."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self._page(request, ResetPasswordForm(), over=user_of(token) is None)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = ResetPasswordForm(request.POST)
        if form.is_valid():
            try:
                reset_password(token=token, field="password", **form.cleaned_data)
                messages.success(request, "Your new password is set. Please sign in with it.")
                return _to_sign_in(request)
            except ResetTokenInvalid:
                return self._page(request, form, over=True)
            except DomainError as error:
                form.refuse(error)
        return self._page(request, form)

    def _page(self, request: HttpRequest, form: ResetPasswordForm, *, over: bool = False) -> HttpResponse:
        return page(
            request, "accounts/reset.html", refused=form.refusal, form=form, over=over, status=400 if over else 200
        )


def _keep(request: HttpRequest) -> None:
    """Keep in the session what the visitor is about: the mail's link does not say."""
    if next_page(request) != settings.LOGIN_REDIRECT_URL:
        request.session[GO_ON] = next_page(request)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead on to signing in, and from there to what the visitor was about."""
    go_on = request.session.pop(GO_ON, "")
    query = f"?{urlencode({'next': go_on}, safe='/')}" if go_on else ""
    return redirect(reverse("accounts:sign_in") + query)
