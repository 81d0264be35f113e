"""In and out: signing in, signing up, signing out."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.forms import AccountForm, SignInForm, SignUpForm
from accounts.models import User
from accounts.request_rates import REGISTRATIONS
from accounts.services.credentials import check_credentials
from accounts.services.guests import guest_of
from accounts.services.registration import faults_of, register_user
from accounts.services.sessions import end_page_sockets
from accounts.tokens import page_token
from accounts.views.answers import next_page, page
from accounts.visits import begin_visit
from cinema_project.common.addresses import client_address
from cinema_project.common.errors import DomainError
from cinema_project.common.rates import spend


@method_decorator([never_cache, sensitive_post_parameters("password")], name="dispatch")
class Entrance(View):
    """A form that ends with a signed-in visitor, back where they came from."""

    form_class: type[AccountForm]
    template_name: str
    person: Callable[..., User]
    """Says who is signed in, or raises a :class:`DomainError`."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(next_page(request))
        return self._page(request, self.form_class())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form_class(request.POST)
        if form.is_valid():
            try:
                begin_visit(request, self.person(request, **form.cleaned_data))
                return HttpResponseRedirect(next_page(request))
            except DomainError as error:
                form.refuse(error)
        else:
            self.look_further(request, form)
        return self._page(request, form)

    def look_further(self, request: HttpRequest, form: AccountForm) -> None:
        """Find what would be refused next in a form that is refused already."""

    def _page(self, request: HttpRequest, form: AccountForm) -> HttpResponse:
        return page(request, self.template_name, refused=form.refusal, form=form, next=next_page(request))


def _known_person(request: HttpRequest, **given: str) -> User:
    return check_credentials(**given, request=request)


def _new_person(request: HttpRequest, **given: str) -> User:
    spend(REGISTRATIONS, client_address(request))
    return register_user(**given)


class SignIn(Entrance):
    form_class = SignInForm
    template_name = "accounts/sign_in.html"
    person = staticmethod(_known_person)


class SignUp(Entrance):
    form_class = SignUpForm
    template_name = "accounts/sign_up.html"
    person = staticmethod(_new_person)

    def look_further(self, request: HttpRequest, form: AccountForm) -> None:
        """Tell all faults at once, as the service does once the form's own are mended."""
        given = form.cleaned_data
        try:
            if "email" in given:
                spend(REGISTRATIONS, client_address(request))
            for error in faults_of(email=given.get("email"), password=given.get("password")):
                form.refuse(error)
        except DomainError as error:
            form.refuse(error)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, and the sockets of its pages."""
    if isinstance(request.user, User):
        end_page_sockets(user=request.user)
        logout(request)
        messages.success(request, "You are signed out.")
    return HttpResponseRedirect(next_page(request))


@cache_control(no_store=True)
@require_safe
def socket_token(request: HttpRequest) -> HttpResponse:
    """Hand a page a fresh token for its socket; a visitor who is not signed in may watch, too."""
    viewer = request.user if request.user.is_authenticated else guest_of(request.session)
    return JsonResponse({"token": page_token(viewer)})
