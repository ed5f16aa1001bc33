"""Signing in: one door, throttled, every attempt in the audit log. What is told never depends on whether a user
exists: the form answers a wrong name as a wrong password, and names that do not exist are locked out alike."""

from __future__ import annotations

import ipaddress
import time
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import urlencode

from integration.models import AuditEntry, User
from integration.models.lockout import is_locked_out, remember_device
from integration.models.second_factor import factor_of
from integration.models.stored.audit import acting, record

SIGN_IN = "sign-in"
BACKEND = "django.contrib.auth.backends.ModelBackend"
WAITING = "waits_for_the_second_factor"
BY_PROVIDER = "signed_in_by_the_provider"


class SignIn(LoginView):
    """``/accounts/login/``"""

    redirect_authenticated_user = True

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        shown = {"provider": settings.OIDC_NAME if settings.OIDC_ISSUER else "", "only": settings.SINGLE_SIGN_ON_ONLY}
        return super().get_context_data(**more, **shown)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if settings.SINGLE_SIGN_ON_ONLY:
            raise PermissionDenied
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        person = form.get_user()
        if factor_of(person):
            self.request.session[WAITING] = {"user": person.pk, "at": time.time(), "next": self.get_success_url()}
            return redirect("second_factor_check")
        with acting(form.get_user()):
            record(AuditEntry.Action.SIGNED_IN, SIGN_IN, after={"from": client_address(self.request)})
        response = super().form_valid(form)
        remember_device(self.request, response, person)
        return response

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


def client_address(request: HttpRequest) -> str:
    """Where a request comes from. Only as many entries of ``X-Forwarded-For`` are believed as TRUSTED_PROXIES says
    there are proxies of our own, from the right: what stands further left anybody can write."""
    own = str(request.META.get("REMOTE_ADDR", ""))
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    proxies = settings.TRUSTED_PROXIES
    if not proxies or len(hops) < proxies:
        return own
    try:
        return str(ipaddress.ip_address(hops[-proxies]))
    except ValueError:
        return own


@login_not_required
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """The administration has no door of its own."""
    if request.user.is_authenticated:
        raise PermissionDenied
    asked = urlencode({"next": request.GET.get("next", resolve_url("admin:index"))})
    return HttpResponseRedirect(f"{resolve_url('login')}?{asked}")
