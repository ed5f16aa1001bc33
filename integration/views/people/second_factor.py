"""The second factor: everybody's own page for it, and taking it away from somebody.
The pages are django-allauth's; here they get our frame, our audit log, and no address more than is needed."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse_lazy
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from integration.models import AuditEntry, User
from integration.models.people.rights import MANAGE_USERS
from integration.models.stored.audit import record
from integration.models.stored.secret import SecretUnreadable
from integration.people.second_factor import KIND, factors_of, held_use, remove
from integration.views.security import HAS_FACTOR

LOST = "The code cannot be checked, because the encryption key is missing. Ask an administrator."
CANNOT_CONFIRM = "Sign out and in again first: a second factor is changed right after signing in."
APP_ADDED = "Signing in asks for a code now."
PASSKEY_ADDED = "The passkey is stored. Signing in asks for a second factor now."
NONE_LEFT = "Signing in asks for your password alone."
ANOTHER_LEFT = "It is removed. Signing in still asks for your other second factor."
CODES_MADE = "These recovery codes are new; earlier ones count no more."
Action = AuditEntry.Action


def must_be_on() -> None:
    """Raise Http404 where the installation has second factors switched off."""
    if settings.SECOND_FACTOR == "off":
        raise Http404


class Offered:
    """A page that exists where second factors are switched on, and tells in words that no key can read them."""

    lost = "own_password"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        must_be_on()
        try:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        except SecretUnreadable:
            messages.error(request, LOST)
            return redirect(self.lost)


class Confirmed(Offered):
    """A page behind the question who is there. The question leads back to the page, and never repeats what was sent:
    that would have to be stored."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        must_be_on()
        if not is_reauthentication_required(request, app="allauth.mfa"):
            return super().dispatch(request, *args, **kwargs)
        methods = get_adapter().get_reauthentication_methods(request.user)
        if not methods:
            messages.error(request, CANNOT_CONFIRM)
            return redirect("mfa_index")
        return redirect(f"{methods[0]['url']}?{urlencode({'next': request.path})}")


class SecondFactors(Offered, IndexView):
    """``/accounts/second-factor/``: what there is, and what can be added."""

    template_name = "integration/second_factor.html"


class NewApp(Confirmed, ActivateTOTPView):
    """Set up an authenticator app with its first code."""

    template_name = "integration/second_factor_app.html"

    def form_valid(self, form: Any) -> HttpResponse:
        person = cast(User, self.request.user)
        with transaction.atomic():
            use = held_use(person)
            if is_mfa_enabled(person, [Authenticator.Type.TOTP]):
                return redirect("mfa_index")
            use.last_step = form.step
            use.save(update_fields=["last_step"])
            answer: HttpResponse = super().form_valid(form)
            record(Action.CREATED, KIND, person, after={"by": "authenticator app"})
        shown_just_now(self.request)
        messages.success(self.request, APP_ADDED)
        return answer


class NewPasskey(Confirmed, AddWebAuthnView):
    """Store a passkey that the browser has made."""

    template_name = "integration/second_factor_passkey.html"

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)
            named = {"by": "passkey", "name": form.cleaned_data["name"]}
            record(Action.CREATED, KIND, self.request.user, after=named)
        shown_just_now(self.request)
        messages.success(self.request, PASSKEY_ADDED)
        return answer


class AppRemoved(Confirmed, DeactivateTOTPView):
    """Remove the authenticator app."""

    template_name = "integration/second_factor_change.html"
    extra_context = {
        "title": "Remove Authenticator App",
        "question": "Its codes will open nothing any more.",
        "button": "Remove",
    }

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)
            record(Action.DELETED, KIND, self.request.user, before={"by": "authenticator app"})
        say_what_is_left(self.request)
        return answer


class PasskeyRemoved(Confirmed, RemoveWebAuthnView):
    """Remove one passkey of one's own."""

    template_name = "integration/second_factor_change.html"
    success_url = reverse_lazy("mfa_index")
    extra_context = {
        "title": "Remove Passkey",
        "question": "It will open nothing any more. Delete it on your device too.",
        "button": "Remove",
    }

    def form_valid(self, form: Any) -> HttpResponse:
        named = {"by": "passkey", "name": str(self.object)}
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)
            record(Action.DELETED, KIND, self.request.user, before=named)
        say_what_is_left(self.request)
        return answer


class NewRecoveryCodes(Confirmed, GenerateRecoveryCodesView):
    """Make recovery codes that take the place of the earlier ones."""

    template_name = "integration/second_factor_change.html"
    extra_context = {
        "title": "New Recovery Codes",
        "question": "The codes you have now will open nothing any more.",
        "button": "Make New Codes",
    }

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)
            record(Action.CHANGED, KIND, self.request.user, after={"recovery codes": "new"})
        messages.success(self.request, CODES_MADE)
        return answer


class RecoveryCodes(Confirmed, ViewRecoveryCodesView):
    """The recovery codes, once; afterwards only how many are left."""

    template_name = "integration/recovery_codes.html"


def say_what_is_left(request: HttpRequest) -> None:
    """One factor is gone: is there another? Where everybody needs one, that is asked anew too."""
    request.session.pop(HAS_FACTOR, None)
    messages.success(request, ANOTHER_LEFT if factors_of(cast(User, request.user)) else NONE_LEFT)


def shown_just_now(request: HttpRequest) -> None:
    """A second factor was set up and shown in one: it need not be shown again for what follows."""
    record_authentication(request, cast(User, request.user), "mfa", reauthenticated=True)


@permission_required(MANAGE_USERS, raise_exception=True)
@require_POST
def user_second_factor(request: HttpRequest, id: int) -> HttpResponse:
    """Remove the second factor of somebody who lost the device."""
    person = get_object_or_404(User, pk=id)
    gone = remove(person)
    messages.success(request, f"{person} signs in with a password alone." if gone else f"{person} has none.")
    return redirect("user", id)
