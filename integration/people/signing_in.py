"""What happens when somebody signs in, by whatever way: the audit log, the browser that is known from then on, and
where it leads. django-allauth asks this adapter; what it offers beyond (signing up, mails) stays without an address."""

from __future__ import annotations

import ipaddress
import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from integration.models import AuditEntry, User
from integration.models.stored.audit import acting, record
from integration.people.lockout import remember_device
from integration.people.second_factor import factors_of

SIGN_IN = "sign-in"
BY_PROVIDER, SIGNED_IN_AT = "signed_in_by_the_provider", "signed_in_at"


class SigningIn(DefaultAccountAdapter):
    """What django-allauth asks of us."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account: an administrator does."""
        return False

    def get_login_stages(self) -> list[str]:
        return ["integration.people.second_factor.SecondFactorStage"]

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        return redirect("login")

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def post_login(self, request: HttpRequest, user: User, *, signal_kwargs: Any, **more: Any) -> HttpResponse:
        """Signed in: note it, know the browser again, lead on."""
        by_provider = "sociallogin" in (signal_kwargs or {})
        request.session[SIGNED_IN_AT] = time.time()
        request.session[BY_PROVIDER] = by_provider
        way = settings.OIDC_NAME if by_provider else _way(request, user)
        with acting(user):
            after = {"from": client_address(request), **({"by": way} if way else {})}
            record(AuditEntry.Action.SIGNED_IN, SIGN_IN, after=after)
        response = redirect(more.get("redirect_url") or self.get_login_redirect_url(request))
        remember_device(request, response, user)
        return response

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Who has a second factor shows it again before it is changed; who has none may set one up right after signing
        in, and later with the password."""
        request = context.request
        if factors_of(request.user):
            return True
        return time.time() - request.session.get(SIGNED_IN_AT, 0) > app_settings.REAUTHENTICATION_TIMEOUT

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Only the second factor where there is one; the passkey first where there is no app to show a code."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        factors = factors_of(user) if user.is_authenticated else []
        if not factors:
            return methods
        methods = [method for method in methods if method["id"].startswith("mfa_")]
        if all(factor.type == Authenticator.Type.WEBAUTHN for factor in factors):
            methods.reverse()
        return methods

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **more: Any
    ) -> None:
        """The pages say what was done in words of their own (views/people/second_factor.py)."""
        if not message_template:
            super().add_message(request, level, *args, **more)


def _way(request: HttpRequest, user: User) -> str:
    """By what a person without a provider signed in, where that is more than a password."""
    records = [one for one in get_authentication_records(request, user) if one.get("method") == "mfa"]
    if not records:
        return ""
    last = records[-1]
    if last.get("passwordless"):
        return "passkey"
    words = {Authenticator.Type.WEBAUTHN: "passkey", Authenticator.Type.RECOVERY_CODES: "recovery code"}
    return f"password and {words.get(last.get('type'), 'code')}"


def led_on_to(request: HttpRequest) -> str:
    """Where a person wanted to go, if that is one of our own addresses; blank otherwise."""
    wanted = str(request.POST.get("next") or request.GET.get("next") or "")
    here = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if here else ""


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
