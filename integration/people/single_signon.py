"""Single sign-on by OpenID Connect: who that is here. Off unless OIDC_ISSUER is set.

A second factor is the provider's business: with SINGLE_SIGN_ON_ONLY nobody passes without it. Nobody is created by
signing in: an administrator makes the person, whose name the provider's claim OIDC_CLAIM carries. The first sign-in
ties both together by the provider's own unchangeable id, and from then on the name no longer counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from integration.models import AuditEntry, User
from integration.models.stored.audit import record
from integration.people.provider import UNSURE, SingleSignOn
from integration.people.signing_in import SIGN_IN
from integration.systems.errors import Problem, SignInRefused

UNKNOWN = "{provider} says who you are, but nobody of that name may sign in here. Ask an administrator."
OTHER = "This is not the answer to the sign-in that was begun here, or it took too long. Begin again."
NOT_LET_IN = "The sign-in service did not let the person in."


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """What django-allauth asks of us."""

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> SingleSignOn:
        return SingleSignOn(request)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Tie who comes for the first time; let nobody in who is not known here, or not active."""
        if not sociallogin.is_existing:
            tie(request, sociallogin)
        if not (sociallogin.is_existing and sociallogin.user.is_active):
            messages.error(request, UNKNOWN.format(provider=settings.OIDC_NAME))
            raise ImmediateHttpResponse(redirect("login"))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Nothing usable came back: lead to the sign-in, and say why."""
        if exception is not None:
            problem = SignInRefused(UNSURE)
        else:
            problem = SignInRefused(OTHER if "state_id" in (extra_context or {}) else NOT_LET_IN)
        raise ImmediateHttpResponse(refused(request, problem))


def refused(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Back to the sign-in, with the reason."""
    messages.error(request, f"Signing in with {settings.OIDC_NAME} did not work: {problem}")
    return redirect("login")


def tie(request: HttpRequest, sociallogin: SocialLogin) -> None:
    """Tie the provider's id to the person of that name who is tied to none yet, if there is one."""
    name = name_of(sociallogin.claims)
    with transaction.atomic():
        # Held, so that two ids that come at once with one name are not both tied to it.
        people = User.objects.select_for_update().filter(username__iexact=name, is_active=True)
        person = people.first() if name else None
        if person is None or SocialAccount.objects.filter(user=person).exists():
            return
        sociallogin.connect(request, person)
        record(AuditEntry.Action.CHANGED, SIGN_IN, person, after={"tied to": f"{settings.OIDC_NAME}, {name}"})


def name_of(claims: Mapping[str, Any]) -> str:
    """The name a person has here. An e-mail address counts only where the provider has seen that it is the person's."""
    if settings.OIDC_CLAIM == "email" and claims.get("email_verified") is not True:
        return ""
    return str(claims.get(settings.OIDC_CLAIM) or "")
