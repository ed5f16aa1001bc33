"""Single sign-on: to the provider and back. Both addresses exist only where a provider is configured."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from integration.models import AuditEntry, User
from integration.models.single_signon import OTHER, Provider, person_of
from integration.models.stored.audit import acting, record
from integration.systems.errors import Problem, SignInRefused
from integration.views.signin import BACKEND, BY_PROVIDER, SIGN_IN, client_address

KEPT = "single_signon"
UNKNOWN = "{provider} says who you are, but nobody of that name may sign in here. Ask an administrator."


@require_GET
@never_cache
@login_not_required
def single_signon(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    _must_be_on()
    try:
        address, kept = Provider().begin(request.build_absolute_uri(reverse("single_signon_back")))
    except Problem as problem:
        return _refused(request, problem)
    request.session[KEPT] = {**kept, "next": request.GET.get("next", "")}
    return HttpResponseRedirect(address)


@require_GET
@never_cache
@login_not_required
def single_signon_back(request: HttpRequest) -> HttpResponse:
    """The browser comes back: who is it?"""
    _must_be_on()
    kept = request.session.pop(KEPT, None)
    try:
        if kept is None:
            raise SignInRefused(OTHER)
        person = person_of(Provider().finish(kept, request.GET.dict()))
    except Problem as problem:
        return _refused(request, problem)
    if person is None:
        messages.error(request, UNKNOWN.format(provider=settings.OIDC_NAME))
        return redirect("login")
    return _let_in(request, person, kept["next"])


def _let_in(request: HttpRequest, person: User, wanted: str) -> HttpResponse:
    login(request, person, backend=BACKEND)
    request.session[BY_PROVIDER] = True
    with acting(person):
        record(AuditEntry.Action.SIGNED_IN, SIGN_IN, after={"from": client_address(request), "by": settings.OIDC_NAME})
    here = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(wanted if here else resolve_url("home"))


def _refused(request: HttpRequest, problem: Problem) -> HttpResponse:
    messages.error(request, f"Signing in with {settings.OIDC_NAME} did not work: {problem}")
    return redirect("login")


def _must_be_on() -> None:
    if not settings.OIDC_ISSUER:
        raise Http404
