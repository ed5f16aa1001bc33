"""How the directory says no: error, AADSTS number and text, as it words them."""

from __future__ import annotations

import hmac
from collections.abc import Mapping


class SignInRefused(Exception):
    """The token endpoint says no. ``number`` is the AADSTS code."""

    def __init__(self, status: int, error: str, number: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.number = number
        self.message = message


def require(form: Mapping[str, str], *names: str) -> None:
    """Raises for the first of these fields that is missing."""
    for name in names:
        if not form.get(name):
            raise SignInRefused(
                400, "invalid_request", 900144, f"The request body must contain the following parameter: '{name}'."
            )


def check_secret(client: str, secret: str, given: str) -> None:
    """Raises unless this is the client's secret."""
    if not given:
        raise SignInRefused(
            401,
            "invalid_client",
            7000218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )
    if not hmac.compare_digest(given.encode(), secret.encode()):
        raise SignInRefused(
            401,
            "invalid_client",
            7000215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret "
            f"value, not the client secret ID, for a secret added to app '{client}'.",
        )


def tenant_missing(tenant: str) -> SignInRefused:
    """There is no such directory."""
    return SignInRefused(
        400,
        "invalid_request",
        90002,
        f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID.",
    )
