"""The forms of the pages: shape only, the rules are in services."""

from typing import Any

from django import forms
from django.conf import settings

from accounts.models import LONGEST_PASSWORD, ONE_LINE, TimeFormat
from cinema_project.common.errors import DomainError


class AccountForm(forms.Form):
    """A form that a service may refuse."""

    refusal: DomainError | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **options})

    def refuse(self, error: DomainError) -> None:
        """Show a service's refusal at the fields it names, or above the form."""
        self.refusal = error
        for each in error.errors:
            self.add_error(each["pointer"].removeprefix("/"), each["detail"])
        if not error.errors:
            self.add_error(None, error.detail)


def email_field() -> forms.EmailField:
    widget = forms.EmailInput({"autocomplete": "username", "autocapitalize": "none"})
    return forms.EmailField(label="E-mail", max_length=255, widget=widget)


def name_field() -> forms.CharField:
    widget = forms.TextInput({"autocomplete": "name"})
    return forms.CharField(label="Your name", max_length=255, validators=[ONE_LINE], widget=widget)


def current_password_field(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


def new_password_field(label: str = "Password") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_PASSWORD,
        strip=False,
        help_text="At least 8 characters, and not only digits.",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )


class SignInForm(AccountForm):
    email = email_field()
    password = current_password_field("Password")


class SignUpForm(AccountForm):
    full_name = name_field()
    email = email_field()
    password = new_password_field()


class ForgotPasswordForm(AccountForm):
    email = email_field()


class ResetPasswordForm(AccountForm):
    password = new_password_field()


class ProfileForm(AccountForm):
    full_name = name_field()
    date_of_birth = forms.DateField(
        label="Date of birth",
        required=False,
        widget=forms.DateInput({"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
    )


class Colours(forms.NullBooleanSelect):
    def __init__(self) -> None:
        super().__init__()
        self.choices = [("unknown", "As the device"), ("false", "Light"), ("true", "Dark")]


class PreferencesForm(AccountForm):
    dark_mode = forms.NullBooleanField(label="Colours", required=False, widget=Colours())
    language = forms.ChoiceField(label="Language", choices=settings.LANGUAGES)
    time_format = forms.ChoiceField(
        label="Times", required=False, choices=[("", "As is usual in the language"), *TimeFormat.choices]
    )
    long_holds = forms.BooleanField(
        label="Give me more time", required=False, help_text="Your seats are held for 15 minutes instead of 5."
    )
    notifications_enabled = forms.BooleanField(label="Mail me about my bookings and changes to them", required=False)
    newsletter_subscribed = forms.BooleanField(label="Mail me what is new", required=False)


class PictureForm(AccountForm):
    picture = forms.FileField(
        label="Picture",
        help_text="JPEG, PNG, WebP or GIF, at most 5 MB.",
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )


class EmailForm(AccountForm):
    email = forms.EmailField(label="New e-mail", max_length=255, widget=forms.EmailInput({"autocomplete": "email"}))
    current_password = current_password_field("Your password")


class PasswordForm(AccountForm):
    current_password = current_password_field("Current password")
    new_password = new_password_field("New password")


class ConfirmForm(AccountForm):
    current_password = current_password_field("Your password")
