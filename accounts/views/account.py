"""The account page: one form for each thing that can be changed, all usable without script."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.confirmation_links import read_link
from accounts.forms import AccountForm, ConfirmForm, EmailForm, PasswordForm, PictureForm, PreferencesForm, ProfileForm
from accounts.models import User
from accounts.selectors import living_sign_ins, searches_of
from accounts.services.emails import confirm_email, request_confirmation, request_email_change
from accounts.services.passwords import change_password, confirm_password
from accounts.services.pictures import remove_picture, upload_picture
from accounts.services.profiles import change_preferences, change_profile
from accounts.services.searches import forget_searches
from accounts.services.sessions import sign_out_everywhere
from accounts.views.answers import page
from accounts.visits import renew_visit
from cinema_project.common.errors import DomainError
from cinema_project.common.pictures import LARGEST_FILE

SEARCHES_SHOWN = 20
SIGN_INS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Section:
    """A form of the page, and the service behind it, which returns what to tell the visitor."""

    form: type[AccountForm]
    save: Callable[[HttpRequest, User, dict[str, Any]], str]


def _save_profile(request: HttpRequest, user: User, given: dict[str, Any]) -> str:
    change_profile(user=user, **given)
    return "Your profile is saved."


def _save_picture(request: HttpRequest, user: User, given: dict[str, Any]) -> str:
    upload_picture(user=user, data=given["picture"].read(LARGEST_FILE + 1), field="picture")
    return "Your picture is saved."


def _remove_picture(request: HttpRequest, user: User, given: dict[str, Any]) -> str:
    remove_picture(user=user)
    return "Your picture is removed."


def _save_preferences(request: HttpRequest, user: User, given: dict[str, Any]) -> str:
    change_preferences(user=user, **given)
    return "Your choices are saved."


def _save_email(request: HttpRequest, user: User, given: dict[str, Any]) -> str:
    confirm_password(user=user, password=given["current_password"], request=request)
    renew_visit(request, user)
    request_email_change(user=user, email=given["email"])
    return f"If {given['email']} is free, a link to confirm it is on its way. Until you follow it nothing changes."


def _save_password(request: HttpRequest, user: User, given: dict[str, Any]) -> str:
    change_password(user=user, current=given["current_password"], new=given["new_password"], request=request)
    update_session_auth_hash(request, user)
    return "Your password is changed. Everybody else who was signed in is signed out."


def _sign_out_everywhere(request: HttpRequest, user: User, given: dict[str, Any]) -> str:
    confirm_password(user=user, password=given["current_password"], request=request)
    sign_out_everywhere(user=user)
    update_session_auth_hash(request, user)
    return "Everybody else who was signed in to your account is signed out."


def _clear_searches(request: HttpRequest, user: User, given: dict[str, Any]) -> str:
    forget_searches(user=user)
    return "Your search history is empty."


def _send_link(request: HttpRequest, user: User, given: dict[str, Any]) -> str:
    if user.email_confirmed_at is None:
        request_confirmation(user=user, email=user.email)
    return f"A link is on its way to {user.email}."


SECTIONS = {
    "profile": Section(ProfileForm, _save_profile),
    "picture": Section(PictureForm, _save_picture),
    "no-picture": Section(AccountForm, _remove_picture),
    "preferences": Section(PreferencesForm, _save_preferences),
    "email": Section(EmailForm, _save_email),
    "password": Section(PasswordForm, _save_password),
    "visits": Section(ConfirmForm, _sign_out_everywhere),
    "searches": Section(AccountForm, _clear_searches),
    "link": Section(AccountForm, _send_link),
}


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class Account(LoginRequiredMixin, View):
    """Show what we know of a visitor; a POST names the form it sends."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        name = request.POST.get("form", "")
        if name not in SECTIONS or not isinstance(request.user, User):
            return self._page(request, status=400)
        form = SECTIONS[name].form(request.POST, request.FILES, prefix=name)
        if not form.is_valid():
            return self._page(request, {name: form})
        try:
            messages.success(request, SECTIONS[name].save(request, request.user, form.cleaned_data))
        except DomainError as error:
            form.refuse(error)
            return self._page(request, {name: form}, refused=error)
        return redirect("accounts:account")

    def _page(self, request: HttpRequest, bound: dict[str, AccountForm] | None = None, **answer: Any) -> HttpResponse:
        # Its own copy: a refused form must not show half of what it says in the rest of the page.
        person = User.objects.get(pk=cast("User", request.user).pk)
        initial = {field: getattr(person, field) for field in PreferencesForm.base_fields | ProfileForm.base_fields}
        forms = {name: section.form(initial=initial, prefix=name) for name, section in SECTIONS.items()}
        return page(
            request,
            "accounts/account.html",
            forms=forms | (bound or {}),
            sign_ins=living_sign_ins(person)[:SIGN_INS_SHOWN],
            searches=searches_of(person)[:SEARCHES_SHOWN],
            **answer,
        )


@method_decorator(never_cache, name="dispatch")
class ConfirmEmail(View):
    """The page that a mailed link leads to. A press confirms: programs that look at mail follow links, too."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        form = AccountForm({})
        try:
            read_link(token)
        except DomainError as error:
            form.refuse(error)
            return self._page(request, form, status=400)
        return self._page(request, form)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        form = AccountForm(request.POST)
        form.full_clean()
        try:
            user = confirm_email(token=token)
        except DomainError as error:
            form.refuse(error)
            return self._page(request, form, status=400)
        messages.success(request, f"{user.email} is confirmed.")
        return redirect("accounts:account" if request.user.is_authenticated else settings.LOGIN_URL)

    def _page(self, request: HttpRequest, form: AccountForm, *, status: int = 200) -> HttpResponse:
        return page(request, "accounts/confirm.html", form=form, status=status)
