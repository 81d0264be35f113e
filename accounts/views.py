"""The pages of a person's account, all usable without script."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.forms import AccountForm, ForgotPasswordForm, ResetPasswordForm, SignInForm, SignUpForm
from accounts.models import User
from accounts.services.registration import register_user
from accounts.services.resets import ResetTokenInvalid, request_password_reset, reset_password
from accounts.services.sessions import check_credentials, end_page_sockets
from accounts.tokens import page_token
from cinema_project.common.errors import DomainError

BACKEND = "django.contrib.auth.backends.ModelBackend"


@method_decorator([never_cache, sensitive_post_parameters("password")], name="dispatch")
class Entrance(View):
    """A form that ends with a signed-in visitor, back where they came from."""

    form_class: type[AccountForm]
    template_name: str
    person: Callable[..., User]
    """The service that says who is signed in, or refuses."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(_next(request))
        return self._page(request, self.form_class())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form_class(request.POST)
        if form.is_valid():
            try:
                login(request, self.person(**form.cleaned_data), backend=BACKEND)
                return HttpResponseRedirect(_next(request))
            except DomainError as error:
                form.refuse(error)
        return self._page(request, form)

    def _page(self, request: HttpRequest, form: AccountForm) -> HttpResponse:
        return render(request, self.template_name, {"form": form, "next": _next(request), "section": "account"})


class SignIn(Entrance):
    form_class = SignInForm
    template_name = "accounts/sign_in.html"
    person = staticmethod(check_credentials)


class SignUp(Entrance):
    form_class = SignUpForm
    template_name = "accounts/sign_up.html"
    person = staticmethod(register_user)


@method_decorator(never_cache, name="dispatch")
class ForgotPassword(View):
    """Ask for the mail with the link; what the page says does not depend on who exists."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, ForgotPasswordForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ForgotPasswordForm(request.POST)
        if form.is_valid():
            try:
                request_password_reset(**form.cleaned_data)
                return render(request, "accounts/forgot_sent.html", {"section": "account", **form.cleaned_data})
            except DomainError as error:
                form.refuse(error)
        return self._page(request, form)

    def _page(self, request: HttpRequest, form: ForgotPasswordForm) -> HttpResponse:
        return render(request, "accounts/forgot.html", {"form": form, "section": "account"})


@method_decorator([never_cache, sensitive_post_parameters("password")], name="dispatch")
class ResetPassword(View):
    """Choose a new password, by the link of the mail."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self._page(request, ResetPasswordForm())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = ResetPasswordForm(request.POST)
        if form.is_valid():
            try:
                reset_password(token=token, field="password", **form.cleaned_data)
                messages.success(request, "Your new password is set. Please sign in with it.")
                return redirect("accounts:sign_in")
            except ResetTokenInvalid:
                form.add_error(None, "This link is no longer good. Please ask for a new one.")
            except DomainError as error:
                form.refuse(error)
        return self._page(request, form)

    def _page(self, request: HttpRequest, form: ResetPasswordForm) -> HttpResponse:
        return render(request, "accounts/reset.html", {"form": form, "section": "account"})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, and the sockets of its pages."""
    if isinstance(request.user, User):
        end_page_sockets(user=request.user)
        logout(request)
        messages.success(request, "You are signed out.")
    return HttpResponseRedirect(_next(request))


@never_cache
@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show who is signed in."""
    return render(request, "accounts/account.html", {"section": "account"})


@cache_control(no_store=True)
@require_safe
def socket_token(request: HttpRequest) -> HttpResponse:
    """Hand a page a fresh token for its socket; a visitor who is not signed in may watch, too."""
    return JsonResponse({"token": page_token(request.user)})


def _next(request: HttpRequest) -> str:
    """Return the address of ours that the visitor wants to go on to."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return settings.LOGIN_REDIRECT_URL
