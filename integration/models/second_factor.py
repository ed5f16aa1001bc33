"""A second factor for people who sign in with a password: a code of their own device (TOTP, RFC 6238: six digits, new
every 30 seconds). Off unless SECOND_FACTOR says ``optional`` or ``required``.

A code counts once, and ten wrong ones shut the factor for a quarter of an hour, so that nobody who has the password
tries them all. Who loses the device asks an administrator to remove the factor; the last one uses the command.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
import time
from base64 import b32decode, b32encode
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from integration.models.people.user import User
from integration.models.stored.audit import AuditEntry, record
from integration.models.stored.secret import SecretField

KIND = "second factor"
DIGITS, SECONDS, EARLIER_OR_LATER = 6, 30, 1
WRONG_AT_MOST, REST = 10, dt.timedelta(minutes=15)
ISSUER = "Business Central - Dynamics 365 Sales"


class SecondFactor(models.Model):
    """The device of a person. It counts once a first code has shown that it works."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="second_factor")
    secret = SecretField()
    confirmed_at = models.DateTimeField("confirmed", null=True, editable=False)
    last_step = models.BigIntegerField(default=0, editable=False)
    wrong = models.PositiveSmallIntegerField(default=0, editable=False)
    wrong_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = KIND

    def __str__(self) -> str:
        return str(self.user)

    def address(self) -> str:
        """What an authenticator app reads from the picture. Raises ``SecretUnreadable``."""
        label, issuer = quote(f"{ISSUER}:{self.user.get_username()}"), quote(ISSUER)
        return f"otpauth://totp/{label}?secret={self.secret.reveal()}&issuer={issuer}&digits={DIGITS}&period={SECONDS}"


def factor_of(user: User) -> SecondFactor | None:
    """The confirmed one; none while the installation has them switched off."""
    if settings.SECOND_FACTOR == "off":
        return None
    return SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).first()


def begun(user: User) -> SecondFactor:
    """The one that is not confirmed yet, made where there is none. Raises ``NoKey``."""
    fresh = {"secret": b32encode(secrets.token_bytes(20)).decode()}
    return SecondFactor.objects.get_or_create(user=user, defaults=fresh)[0]


def confirm(user: User, code: str) -> bool:
    """The first code: from now on every sign-in asks for one."""
    if not check(user, code):
        return False
    if SecondFactor.objects.filter(user=user, confirmed_at=None).update(confirmed_at=timezone.now()):
        record(AuditEntry.Action.CREATED, KIND, user)
    return True


def check(user: User, code: str) -> bool:
    """Is this the device's code of now, not used yet? Wrong ones are counted. Raises ``SecretUnreadable``."""
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(user=user).first()
        if factor is None or _rests(factor):
            return False
        step = _step_of(factor, "".join(code.split()))
        if step is None:
            factor.wrong, factor.wrong_at = factor.wrong + 1, timezone.now()
        else:
            factor.wrong, factor.last_step = 0, step
        factor.save(update_fields=["wrong", "wrong_at", "last_step"])
    return step is not None


def remove(user: User) -> bool:
    """A password alone is enough again. ``False``: there was no factor."""
    gone, _ = SecondFactor.objects.filter(user=user).delete()
    if gone:
        record(AuditEntry.Action.DELETED, KIND, user)
    return bool(gone)


def _rests(factor: SecondFactor) -> bool:
    """Too many wrong codes; after a rest the count begins anew."""
    if factor.wrong < WRONG_AT_MOST or factor.wrong_at is None:
        return False
    if timezone.now() - factor.wrong_at < REST:
        return True
    factor.wrong = 0
    return False


def _step_now() -> int:
    return int(time.time()) // SECONDS


def _step_of(factor: SecondFactor, code: str) -> int | None:
    """The step of time the code belongs to, later than the last one used; clocks may be one step apart."""
    # SHA-1 is what authenticator apps know; as an HMAC it is not broken.
    device = TOTP(b32decode(factor.secret.reveal()), DIGITS, SHA1(), SECONDS, enforce_key_length=False)  # noqa: S303
    now = _step_now()
    near = range(max(now - EARLIER_OR_LATER, factor.last_step + 1), now + EARLIER_OR_LATER + 1)
    steps = [step for step in near if hmac.compare_digest(device.generate(step * SECONDS), code.encode())]
    return steps[0] if steps else None
