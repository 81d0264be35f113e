"""The forms of the pages: shape only, the rules are in services."""

from typing import Any

from django import forms

from cinema_project.common.errors import DomainError

LONGEST_PASSWORD = 256


class AccountForm(forms.Form):
    """A form that a service may refuse."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **options})

    def refuse(self, error: DomainError) -> None:
        """Show a service's refusal at the fields it names, or above the form."""
        for each in error.errors:
            self.add_error(each["pointer"].removeprefix("/"), each["detail"])
        if not error.errors:
            self.add_error(None, error.detail)


def email_field() -> forms.EmailField:
    widget = forms.EmailInput({"autocomplete": "username", "autocapitalize": "none"})
    return forms.EmailField(label="E-mail", max_length=255, widget=widget)


def new_password_field() -> forms.CharField:
    return forms.CharField(
        label="Password",
        max_length=LONGEST_PASSWORD,
        strip=False,
        help_text="At least 8 characters, and not only digits.",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )


class SignInForm(AccountForm):
    email = email_field()
    password = forms.CharField(
        label="Password",
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class SignUpForm(AccountForm):
    full_name = forms.CharField(label="Your name", max_length=255, widget=forms.TextInput({"autocomplete": "name"}))
    email = email_field()
    password = new_password_field()


class ForgotPasswordForm(AccountForm):
    email = email_field()


class ResetPasswordForm(AccountForm):
    password = new_password_field()
