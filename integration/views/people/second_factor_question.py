"""Showing the second factor: after the password, instead of it, and before it is changed. Wrong ones are in the audit
log, and wrong codes and passwords count for the lock-out."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.models import Login
from allauth.account.views._reauthenticate import ReauthenticateView as PasswordAgainView
from allauth.mfa.base.views import AuthenticateView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from allauth.mfa.webauthn.views import LoginWebAuthnView, ReauthenticateWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

from integration.models import AuditEntry, User
from integration.models.stored.audit import record
from integration.people.signing_in import SIGN_IN, client_address, led_on_to
from integration.views.people.second_factor import Offered, must_be_on
from integration.views.people.signin import note_refusal


@method_decorator(login_not_required, name="dispatch")
class SecondFactorCheck(Offered, AuthenticateView):
    """After the password."""

    template_name = "registration/second_factor.html"
    lost = "login"

    def form_valid(self, form: Any) -> HttpResponse:
        if not self.stage.login.user.is_active:
            return cast(HttpResponse, self.stage.abort())
        return cast(HttpResponse, super().form_valid(form))

    def form_invalid(self, form: Any) -> HttpResponse:
        note_wrong(self.request, self.stage.login.user, form)
        return cast(HttpResponse, super().form_invalid(form))

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        has_passkey = Authenticator.objects.filter(
            user=self.stage.login.user, type=Authenticator.Type.WEBAUTHN
        ).exists()
        return {**super().get_context_data(**more), "has_passkey": has_passkey}


@method_decorator(login_not_required, name="dispatch")
class PasskeyAlone(LoginWebAuthnView):
    """Instead of name and password. GET answers the browser's script what to ask the device for."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        must_be_on()
        if settings.SINGLE_SIGN_ON_ONLY:
            raise Http404
        return cast(HttpResponseBase, super().dispatch(request, *args, **kwargs))

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: Any) -> None:
        """Who has begun with a password may go on with a passkey instead."""

    def form_valid(self, form: Any) -> HttpResponse:
        passkey = form.cleaned_data["credential"]
        login = Login(user=passkey.user, redirect_url=led_on_to(self.request))
        return cast(HttpResponse, perform_passwordless_login(self.request, passkey, login))

    def form_invalid(self, form: Any) -> HttpResponse:
        """Whom the passkey is said to belong to is not known: nobody has shown it."""
        for error in form.errors.get("credential", []):
            messages.error(self.request, error)
        return redirect("login")


class Again(Offered):
    """Who is signed in shows once more that it is them."""

    request: HttpRequest
    template_name = "registration/confirm.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        note_wrong(self.request, cast(User, self.request.user), form)
        return cast(HttpResponse, super().form_invalid(form))  # type: ignore[misc]


class CodeAgain(Again, ReauthenticateView):
    """With a code."""

    extra_context = {"asked": "a code"}


class PasskeyAgain(Again, ReauthenticateWebAuthnView):
    """With a passkey."""

    extra_context = {"asked": "a passkey"}

    def form_invalid(self, form: Any) -> HttpResponse:
        note_wrong(self.request, cast(User, self.request.user), form)
        for error in form.errors.get("credential", []):
            messages.error(self.request, error)
        return redirect(self.request.get_full_path())

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return {**super().get_context_data(**more), **self.extra_context}


class PasswordAgain(Again, PasswordAgainView):
    """With the password, while there is no second factor yet."""

    extra_context = {"asked": "your password"}

    def form_invalid(self, form: Any) -> HttpResponse:
        note_refusal(self.request, cast(User, self.request.user).get_username())
        return cast(HttpResponse, super(Again, self).form_invalid(form))


def note_wrong(request: HttpRequest, person: User, form: Any) -> None:
    """A wrong code or passkey. While the person is locked out nothing is tried, counted or noted; the code that locks
    them out is noted as that."""
    kind = "code" if "code" in form.fields else "passkey"
    locked = getattr(request, "axes_locked_out", False)
    if locked and not getattr(request, "axes_failures_since_start", None):
        return
    action = AuditEntry.Action.LOCKED_OUT if locked else AuditEntry.Action.REFUSED
    record(action, SIGN_IN, person, after={"from": client_address(request), kind: "wrong"})
