"""Who may not sign in for a while after too many wrong passwords, so that guessing is hopeless and locking somebody out
from afar is, too. django-axes counts, for names that do not exist as for those that do.

=======================================  ============================================================================
one name from one address                locked for a quarter of an hour after ten wrong passwords
one name from anywhere                   after ten, an attempt every 2, 4, 8 ... 32 seconds, whoever makes it
any names from one address               after thirty, likewise
a device that this person has used       counted for itself: nobody else's attempts concern it
codes of the second factor               a wrong one counts like a wrong password; ten, from wherever, shut all codes
                                         for a quarter of an hour: only who knows the password gets there
=======================================  ============================================================================

What is typed as a name may be a password: it is kept as a digest under SECRET_KEY and nowhere else.
"""

from __future__ import annotations

import datetime as dt
import math
import secrets
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.core import signing
from django.db.models import Max, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from integration.models.people.code_use import CodeUse
from integration.models.people.user import User
from integration.models.stored.audit import AuditEntry, record

SALT = "integration.lockout"
NAMES_AT_MOST = 8
DEVICE_DAYS = 180
LONGEST_PAUSE = 32
ADDRESS_LIMIT_FACTOR = 3
SEPARATOR = ":"


class SignInThrottle(AxesDatabaseHandler):
    """What django-axes asks whether an attempt may be made."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        if super().is_locked(request, credentials):
            return True
        counted_as = counted_name(request, credentials)
        pause = 0 if SEPARATOR in counted_as else _pause(counted_as, getattr(request, "axes_ip_address", None))
        request.sign_in_pause = pause  # type: ignore[attr-defined]
        return pause > 0

    def reset_attempts(
        self, *, ip_address: str | None = None, username: str | None = None, ip_or_username: bool = False
    ) -> int:
        """For django-axes' commands, which know a name as it is typed. Answers how many rows are gone."""
        name = _digest(username) if username else None
        gone: int = super().reset_attempts(ip_address=ip_address, username=name, ip_or_username=ip_or_username)
        if ip_address is None:
            CodeUse.objects.filter(**({"user__username": username} if username else {})).update(wrong=0)
        return gone


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Under what django-axes counts an attempt: a digest of the name, and of the device where that person has signed in
    with it before."""
    typed = credentials.get("username") if credentials else request.POST.get("username")
    name = _digest(str(typed or ""))
    device = _device(request)
    return f"{name}{SEPARATOR}{_digest(device['device'])}" if name in device["names"] else name


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """This browser has signed this person in: later attempts with it are counted for themselves."""
    device = _device(request)
    name = _digest(user.get_username())
    names = [name, *(other for other in device["names"] if other != name)][:NAMES_AT_MOST]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps({"device": device["device"] or secrets.token_urlsafe(16), "names": names}, salt=SALT),
        max_age=dt.timedelta(days=DEVICE_DAYS),
        secure=settings.SECURE_COOKIES,
        httponly=True,
        samesite="Lax",
    )


def may_try_code(request: HttpRequest, user: User) -> bool:
    """May this person's codes be tried from there? Where not, django-axes answers the request."""
    allowed = bool(AxesProxyHandler.is_allowed(request, _credentials(user)))
    if not allowed:
        request.axes_locked_out = True  # type: ignore[attr-defined]
    return allowed


def count_wrong_code(request: HttpRequest, user: User) -> None:
    """A wrong code counts like a wrong password; the one that is too many locks out."""
    AxesProxyHandler.user_login_failed(__name__, credentials=_credentials(user), request=request)


def is_locked_out(user: User) -> bool:
    """Are there as many recent failures under this name, from one address or device, as lock it there, or as many wrong
    codes?"""
    use = CodeUse.objects.filter(user=user).first()
    if use is not None and use.rests:
        return True
    counted = _recent(_of(user)).values("username", "ip_address").annotate(number=Sum("failures_since_start"))
    return counted.filter(number__gte=settings.AXES_FAILURE_LIMIT).exists()


def unlock(user: User) -> None:
    """Let the person try again at once, wherever they are."""
    AccessAttempt.objects.filter(_of(user)).delete()
    CodeUse.objects.filter(user=user).update(wrong=0)
    record(AuditEntry.Action.UNLOCKED, "sign-in", user)


def _credentials(user: User) -> dict[str, str]:
    return {"username": user.get_username()}


def _digest(text: str) -> str:
    return salted_hmac(SALT, text).hexdigest()


def _device(request: HttpRequest) -> dict[str, Any]:
    try:
        age = dt.timedelta(days=DEVICE_DAYS)
        kept = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=age)
        return {"device": str(kept["device"]), "names": [str(name) for name in kept["names"]]}
    except (signing.BadSignature, KeyError, TypeError):
        return {"device": "", "names": []}


def _of(user: User) -> Q:
    name = _digest(user.get_username())
    return Q(username=name) | Q(username__startswith=name + SEPARATOR)


def _recent(which: Q) -> Any:
    return AccessAttempt.objects.filter(which, attempt_time__gt=timezone.now() - settings.AXES_COOLOFF_TIME)


def _pause(name: str, address: str | None) -> int:
    """Seconds until the next attempt under this name, and from this address, may be made."""
    limit = settings.AXES_FAILURE_LIMIT
    waits = [_left(Q(username=name), limit)]
    if address:
        waits.append(_left(Q(ip_address=address) & ~Q(username__contains=SEPARATOR), limit * ADDRESS_LIMIT_FACTOR))
    return max(0, *waits)


def _left(which: Q, limit: int) -> int:
    found = _recent(which).aggregate(number=Sum("failures_since_start"), last=Max("attempt_time"))
    over = (found["number"] or 0) - limit
    if over < 0:
        return 0
    pause = min(LONGEST_PAUSE, 2 ** min(over + 1, 10))
    return math.ceil(pause - (timezone.now() - found["last"]).total_seconds())
