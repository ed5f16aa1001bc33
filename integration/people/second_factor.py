"""A second factor for people who sign in with a password: a code of an authenticator app (TOTP, RFC 6238: six digits,
new every 30 seconds), a passkey, or one of the recovery codes that were shown once. django-allauth keeps them and has
the pages; off unless SECOND_FACTOR says ``optional`` or ``required``.

=================================  ==================================================================================
what allauth leaves open           what is done here
=================================  ==================================================================================
secrets are stored as they are     encrypted with FIELD_ENCRYPTION_KEYS (its hook), and rotated with all others
a code may be used in each         a code counts once, and no earlier one after it, in all processes together
process, and in any order
guesses are counted by process     ten wrong codes shut the codes for a quarter of an hour, and count for the lock-out
=================================  ==================================================================================

Who loses everything asks an administrator to remove the factor; the last one uses the command.
"""

from __future__ import annotations

import hmac
import secrets
import time
from base64 import b32decode, b32encode
from collections.abc import MutableMapping
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from integration.models.people.code_use import CodeUse
from integration.models.people.user import User
from integration.models.stored.audit import AuditEntry, record
from integration.models.stored.secret import NoKey, Secret, SecretUnreadable
from integration.people.lockout import count_wrong_code, may_try_code

KIND = "second factor"
DIGITS, SECONDS, EARLIER_OR_LATER = 6, 30, 1
ISSUER = "Business Central – Dynamics 365 Sales"
WRONG = "This code is wrong, was used already, or there were too many wrong ones. Wait for the next one and try again."
NO_PASSKEY = "This passkey was not accepted. Try again, or use another way to sign in."
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
SECRETS = ("secret", "seed")


class SecondFactorAdapter(DefaultMFAAdapter):
    """What django-allauth asks of us."""

    error_messages = {**DefaultMFAAdapter.error_messages, "incorrect_code": WRONG}

    def encrypt(self, text: str) -> str:
        """Raises ``NoKey``."""
        return Secret.of(text).token

    def decrypt(self, encrypted_text: str) -> str:
        """Raises ``SecretUnreadable``."""
        return Secret(encrypted_text).reveal()

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        return settings.SECOND_FACTOR != "off" and bool(super().is_mfa_enabled(user, types))

    def get_totp_label(self, user: Any) -> str:
        return f"{ISSUER}:{user.get_username()}"

    def get_totp_issuer(self) -> str:
        return ISSUER

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": ISSUER}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return f"Passkey {Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1}"


class SecondFactorStage(AuthenticateStage):
    """Asks for the second factor after a password. A provider has asked for its own."""

    def handle(self) -> tuple[Any, bool]:
        if "sociallogin" in (self.login.signal_kwargs or {}):
            return None, True
        answer: tuple[Any, bool] = super().handle()
        return answer


def factors_of(user: User) -> list[Authenticator]:
    """App and passkeys, oldest first; none while the installation has them switched off."""
    if settings.SECOND_FACTOR == "off":
        return []
    return list(Authenticator.objects.filter(user=user, type__in=FACTORS).order_by("created_at", "pk"))


def begun_secret(session: MutableMapping[str, Any], afresh: bool) -> str:
    """The secret of the app that is being set up, kept encrypted in the session until a first code has shown that it
    works; made where there is none that can be read. Raises ``NoKey``."""
    found = ""
    if not afresh:
        try:
            found = Secret(str(session.get(SECRET_SESSION_KEY, ""))).reveal()
        except NoKey:
            raise
        except SecretUnreadable:
            found = ""
    if not found:
        found = b32encode(secrets.token_bytes(20)).decode()
    session[SECRET_SESSION_KEY] = Secret.of(found).token
    return found


def check_from(request: HttpRequest, user: User, code: str) -> Authenticator | None:
    """Check a code that somebody typed; a wrong one counts for the lock-out of name and address too. Raises
    ``SecretUnreadable``."""
    if not may_try_code(request, user):
        return None
    found = check(user, code)
    if found is None:
        count_wrong_code(request, user)
    return found


def check(user: User, code: str) -> Authenticator | None:
    """The app or the recovery codes this code belongs to, if it is right and was not used yet; it is used then. Wrong
    ones are counted. Raises ``SecretUnreadable``."""
    with transaction.atomic():
        use = held_use(user)
        if use.rests:
            return None
        found = _with_app(use, code) or _with_recovery_code(user, code)
        if found is None:
            use.note_wrong()
        else:
            use.wrong = 0
            use.save(update_fields=["wrong", "last_step"])
    return found


def held_use(user: User) -> CodeUse:
    """The person's row, held until the transaction ends."""
    CodeUse.objects.get_or_create(user=user)
    return CodeUse.objects.select_for_update().get(user=user)


def step_of(secret: str, code: str, after: int = 0) -> int | None:
    """The step of time the code belongs to, later than ``after``; clocks may be one step apart."""
    # SHA-1 is what authenticator apps know; as an HMAC it is not broken.
    device = TOTP(b32decode(secret), DIGITS, SHA1(), SECONDS, enforce_key_length=False)  # noqa: S303
    typed, now = "".join(code.split()).encode(), _step_now()
    near = range(max(now - EARLIER_OR_LATER, after + 1), now + EARLIER_OR_LATER + 1)
    steps = [step for step in near if hmac.compare_digest(device.generate(step * SECONDS), typed)]
    return steps[0] if steps else None


def remove(user: User) -> bool:
    """A password alone is enough again. ``False``: there was no factor."""
    with transaction.atomic():
        CodeUse.objects.filter(user=user).delete()
        gone, _ = Authenticator.objects.filter(user=user).delete()
        if gone:
            record(AuditEntry.Action.DELETED, KIND, user)
    return bool(gone)


def rotate_factors() -> tuple[int, list[str]]:
    """Encrypt the stored secrets of apps and recovery codes anew with the newest key. Answers how many were, and what
    could not be read (it stays as it is). Raises ``NoKey``."""
    done, unreadable = 0, []
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            # Held, because a code that is used meanwhile is noted in the same column.
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            for name in SECRETS if row else ():
                if name not in row.data:
                    continue
                try:
                    row.data[name] = Secret(row.data[name]).rotated().token
                except NoKey:
                    raise
                except SecretUnreadable:
                    unreadable.append(f"{row.get_type_display()} of {row.user}")
                    continue
                row.save(update_fields=["data"])
                done += 1
    return done, unreadable


def _with_app(use: CodeUse, code: str) -> Authenticator | None:
    app = Authenticator.objects.filter(user=use.user, type=Authenticator.Type.TOTP).first()
    if app is None:
        return None
    step = step_of(Secret(app.data["secret"]).reveal(), code, use.last_step)
    if step is None:
        return None
    use.last_step = step
    return app


def _with_recovery_code(user: User, code: str) -> Authenticator | None:
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return codes if codes is not None and codes.wrap().validate_code(code) else None


def _step_now() -> int:
    return int(time.time()) // SECONDS
