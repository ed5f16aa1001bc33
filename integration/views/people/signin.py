"""Signing in: one door, throttled, every attempt in the audit log. What is told never depends on whether a user
exists: the form answers a wrong name as a wrong password, and names that do not exist are locked out alike."""

from __future__ import annotations

from typing import Any

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.http import urlencode

from integration.models import AuditEntry, User
from integration.models.stored.audit import record
from integration.people.lockout import is_locked_out
from integration.people.signing_in import SIGN_IN, client_address


class SignIn(LoginView):
    """``/accounts/login/``"""

    redirect_authenticated_user = True

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        only = settings.SINGLE_SIGN_ON_ONLY
        shown = {"provider": settings.OIDC_NAME if settings.OIDC_ISSUER else "", "only": only}
        shown["passkeys"] = settings.SECOND_FACTOR != "off" and not only
        return super().get_context_data(**more, **shown)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if settings.SINGLE_SIGN_ON_ONLY:
            raise PermissionDenied
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """The password is right: on to the second factor, or in."""
        answer: HttpResponse = perform_login(self.request, form.get_user(), redirect_url=self.get_success_url())
        return answer

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        note_refusal(self.request, str(form.data.get("username", "")))
        return super().form_invalid(form)


def note_refusal(request: HttpRequest, username: str) -> None:
    """A wrong password of somebody we know. What else is typed as a name may be a password and is written nowhere;
    attempts while locked out are not counted and not written either."""
    user = User.objects.filter(username=username).first()
    if user is None or not getattr(request, "axes_failures_since_start", None):
        return
    locked = is_locked_out(user)
    action = AuditEntry.Action.LOCKED_OUT if locked else AuditEntry.Action.REFUSED
    record(action, SIGN_IN, user, after={"from": client_address(request)})


def locked_out(request: HttpRequest, *_: Any) -> HttpResponse:
    """The answer to every attempt after too many wrong ones (called by django-axes)."""
    pause = getattr(request, "sign_in_pause", 0) or int(settings.AXES_COOLOFF_TIME.total_seconds())
    shown = {"wait": f"{pause // 60} minutes" if pause >= 60 else f"{pause} seconds", "is_locked": pause >= 60}
    response = render(request, "registration/locked.html", shown, status=429)
    response["Retry-After"] = str(pause)
    return response


@login_not_required
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """The administration has no door of its own."""
    if request.user.is_authenticated:
        raise PermissionDenied
    asked = urlencode({"next": request.GET.get("next", resolve_url("admin:index"))})
    return HttpResponseRedirect(f"{resolve_url('login')}?{asked}")
