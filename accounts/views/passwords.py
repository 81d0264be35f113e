"""Forgotten passwords: asking for the mail, and choosing another one by its link."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.forms import ForgotPasswordForm, ResetPasswordForm
from accounts.request_rates import FORGOTTEN_PASSWORDS
from accounts.reset_tokens import user_of
from accounts.services.resets import ResetTokenInvalid, request_password_reset, reset_password
from accounts.views.answers import page
from cinema_project.common.addresses import client_address
from cinema_project.common.errors import DomainError
from cinema_project.common.rates import spend


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
                return page(request, "accounts/forgot_sent.html", **form.cleaned_data)
            except DomainError as error:
                form.refuse(error)
        return self._page(request, form)

    def _page(self, request: HttpRequest, form: ForgotPasswordForm) -> HttpResponse:
        return page(request, "accounts/forgot.html", refused=form.refusal, form=form)


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
                return redirect("accounts:sign_in")
            except ResetTokenInvalid:
                return self._page(request, form, over=True)
            except DomainError as error:
                form.refuse(error)
        return self._page(request, form)

    def _page(self, request: HttpRequest, form: ResetPasswordForm, *, over: bool = False) -> HttpResponse:
        return page(
            request, "accounts/reset.html", refused=form.refusal, form=form, over=over, status=400 if over else 200
        )
