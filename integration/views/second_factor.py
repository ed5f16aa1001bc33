"""The second factor: its page for everybody, the question after the password, and taking it away from somebody."""

from __future__ import annotations

import time
from typing import cast

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from integration.models import AuditEntry, User
from integration.models.lockout import remember_device
from integration.models.people.rights import MANAGE_USERS
from integration.models.second_factor import begun, check, confirm, factor_of, remove
from integration.models.stored.audit import acting, record
from integration.models.stored.secret import SecretUnreadable
from integration.views.signin import BACKEND, SIGN_IN, WAITING, client_address

PATIENCE_SECONDS = 600
WRONG = "This code is wrong, was used already, or there were too many wrong ones. Wait for the next one and try again."
LOST = "The code cannot be checked, because the encryption key is missing. Ask an administrator."


@never_cache
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Everybody's own: set it up with a first code, or remove it with one."""
    _must_be_on()
    person = cast(User, request.user)
    held = factor_of(person)
    try:
        if request.method == "POST":
            return _changed(request, person, held is not None)
        address = "" if held else begun(person).address()
    except SecretUnreadable:
        messages.error(request, LOST)
        return redirect("own_password")
    picture = segno.make(address, error="m").svg_data_uri(scale=4, border=2, light="white") if address else ""
    key = address.partition("secret=")[2].partition("&")[0]
    return render(request, "integration/second_factor.html", {"held": held, "picture": picture, "key": key})


def _changed(request: HttpRequest, person: User, held: bool) -> HttpResponse:
    code = request.POST.get("code", "")
    if not (check(person, code) if held else confirm(person, code)):
        messages.error(request, WRONG)
        return redirect("second_factor")
    if held:
        remove(person)
    messages.success(request, "Signing in asks for your password alone." if held else "Signing in asks for a code now.")
    return redirect("home")


@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def second_factor_check(request: HttpRequest) -> HttpResponse:
    """After the password: the code."""
    waiting = request.session.get(WAITING)
    if not waiting or time.time() - waiting["at"] > PATIENCE_SECONDS:
        return redirect("login")
    person = get_object_or_404(User, pk=waiting["user"], is_active=True)
    try:
        if request.method == "POST" and check(person, request.POST.get("code", "")):
            return _let_in(request, person, waiting["next"])
    except SecretUnreadable:
        messages.error(request, LOST)
        return redirect("login")
    wrong = request.method == "POST"
    if wrong:
        record(AuditEntry.Action.REFUSED, SIGN_IN, person, after={"from": client_address(request), "code": "wrong"})
    return render(request, "registration/second_factor.html", {"wrong": WRONG if wrong else ""})


def _let_in(request: HttpRequest, person: User, wanted: str) -> HttpResponse:
    del request.session[WAITING]
    login(request, person, backend=BACKEND)
    with acting(person):
        record(AuditEntry.Action.SIGNED_IN, SIGN_IN, after={"from": client_address(request), "by": "password and code"})
    response = redirect(wanted)
    remember_device(request, response, person)
    return response


@permission_required(MANAGE_USERS, raise_exception=True)
@require_POST
def user_second_factor(request: HttpRequest, id: int) -> HttpResponse:
    """Remove the second factor of somebody who lost the device."""
    person = get_object_or_404(User, pk=id)
    gone = remove(person)
    messages.success(request, f"{person} signs in with a password alone." if gone else f"{person} has none.")
    return redirect("user", id)


def _must_be_on() -> None:
    if settings.SECOND_FACTOR == "off":
        raise Http404
