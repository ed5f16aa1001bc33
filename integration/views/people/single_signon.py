"""Single sign-on: to the provider and back. Both addresses exist only where a provider is configured."""

from __future__ import annotations

from typing import cast

from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from integration.people.provider import Connection, SingleSignOn
from integration.people.signing_in import led_on_to
from integration.people.single_signon import refused
from integration.systems.errors import Problem


@require_GET
@never_cache
@login_not_required
def single_signon(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    must_be_configured()
    try:
        sent = SingleSignOn(request).redirect(request, process=AuthProcess.LOGIN, next_url=led_on_to(request))
    except Problem as problem:
        return refused(request, problem)
    return cast(HttpResponse, sent)


@require_GET
@never_cache
@login_not_required
def single_signon_back(request: HttpRequest) -> HttpResponse:
    """The browser comes back: who is it?"""
    must_be_configured()
    come_back = OAuth2CallbackView.adapter_view(Connection(request, settings.OIDC_ISSUER))
    try:
        return cast(HttpResponse, come_back(request))
    except Problem as problem:
        return refused(request, problem)


def must_be_configured() -> None:
    """Raise Http404 where no provider is configured."""
    if not settings.OIDC_ISSUER:
        raise Http404
