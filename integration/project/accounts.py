"""Settings of django-allauth, which signs people in (``people/``). What it offers beyond has no address: see
tests/integration/signin/test_unreachable.py."""

from __future__ import annotations

ACCOUNT_ADAPTER = "integration.people.signing_in.SigningIn"
SOCIALACCOUNT_ADAPTER = "integration.people.single_signon.SingleSignOnAdapter"
MFA_ADAPTER = "integration.people.second_factor.SecondFactorAdapter"

ACCOUNT_EMAIL_VERIFICATION = SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_TIMEOUT = 600
"""Seconds between password and second factor."""
ACCOUNT_REAUTHENTICATION_METHODS = ["password", "mfa"]
# django-axes counts, in the database; these would be counted by each process for itself.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
"""Nobody has an address that anything is sent to."""
MFA_FORMS = {
    "authenticate": "integration.forms.second_factor.CodeForm",
    "reauthenticate": "integration.forms.second_factor.ConfirmingCodeForm",
    "activate_totp": "integration.forms.second_factor.FirstCodeForm",
    "add_webauthn": "integration.forms.second_factor.NewPasskeyForm",
    "authenticate_webauthn": "integration.forms.second_factor.PasskeyForm",
    "reauthenticate_webauthn": "integration.forms.second_factor.ConfirmingPasskeyForm",
    "login_webauthn": "integration.forms.second_factor.PasskeyAloneForm",
}
