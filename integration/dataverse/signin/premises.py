"""Connecting to an organization on premises: which fields it needs, which SDK version fits, how one signs in.

Only ways that go over the Web API are offered: a token of one's own AD FS. Windows sign-in (AD) asks for Kerberos or
NTLM at every request and is refused here in words, with what to switch on instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlsplit

from integration.dataverse.signin import Certificate, Credentials, Grant, Password
from integration.systems.errors import SignInRefused

CLOUD = (".dynamics.com", ".dynamics.cn", ".microsoftdynamics.us", ".appsplatform.us", ".dynamics.mil")
NO_WINDOWS = (
    "Windows authentication (AD) does not go over the Web API from here. Switch claims-based authentication (IFD) or "
    "OAuth on for the deployment, and enter the token endpoint of its AD FS."
)
_VERSION = re.compile(r"\d{1,5}(\.\d{1,7}){1,3}")


class AuthenticationType(StrEnum):
    """As Business Central names them."""

    OFFICE365 = "Office365"
    AD = "AD"
    IFD = "IFD"
    OAUTH = "OAuth"


def type_for(url: str) -> AuthenticationType:
    """What an address suggests: the cloud, or a server of one's own."""
    host = (urlsplit(url).hostname or "").lower()
    return AuthenticationType.OFFICE365 if host.endswith(CLOUD) else AuthenticationType.IFD


REQUIRED: Mapping[AuthenticationType, Mapping[str, str]] = {
    AuthenticationType.OFFICE365: {"tenant": "Tenant", "client_id": "Client id"},
    AuthenticationType.AD: {"user_name": "User name", "password": "Password", "domain": "Domain"},
    AuthenticationType.IFD: {
        "token_endpoint": "Token endpoint",
        "client_id": "Client id",
        "user_name": "User name",
        "password": "Password",
        "sdk_version": "Dynamics 365 SDK version",
    },
    AuthenticationType.OAUTH: {
        "token_endpoint": "Token endpoint",
        "client_id": "Client id",
        "sdk_version": "Dynamics 365 SDK version",
    },
}
"""Which fields a type cannot do without, with their captions."""


def missing(kind: AuthenticationType, given: Mapping[str, str]) -> list[str]:
    """Captions of what has to be filled in. Where an application signs in by itself it needs a secret or a
    certificate, or (OAuth) a user with a password."""
    captions = [caption for name, caption in REQUIRED[kind].items() if not given.get(name)]
    by_user = kind is AuthenticationType.OAUTH and given.get("user_name") and given.get("password")
    alone = kind in (AuthenticationType.OFFICE365, AuthenticationType.OAUTH) and not by_user
    if alone and not given.get("client_secret") and not given.get("certificate"):
        captions.append("Client secret or certificate")
    return captions


def grant_for(kind: AuthenticationType, given: Mapping[str, str]) -> Grant:
    """How to sign in with these fields. Raises ``SignInRefused`` where something is missing or does not go."""
    if kind is AuthenticationType.AD:
        raise SignInRefused(NO_WINDOWS, part="user")
    lacking = missing(kind, given)
    if lacking:
        raise SignInRefused(f"{', '.join(lacking)} missing.", part="user" if "Password" in lacking else "client")
    endpoint, client = given.get("token_endpoint", ""), given["client_id"]
    if given.get("user_name") and kind is not AuthenticationType.OFFICE365:
        return Password(endpoint, client, _who(given), given["password"], given.get("client_secret", ""))
    if given.get("certificate"):
        return Certificate(given.get("tenant", ""), client, given["certificate"], endpoint)
    return Credentials(given.get("tenant", ""), client, given["client_secret"], endpoint)


def check_user_name(kind: AuthenticationType, name: str) -> str:
    """Why a user name does not do for this way of signing in, in words; blank: it does."""
    if kind is AuthenticationType.OFFICE365 and "@" not in name.strip("@"):
        return "The user name must look like an e-mail address: name@firm.example."
    if kind is AuthenticationType.AD and not all(name.partition("\\")[::2]):
        return "The user name must include its domain: DOMAIN\\name."
    return ""


def domain_of(name: str, former: str = "") -> str:
    """The domain that belongs to a user name: the part before the backslash, none without one; a blank name leaves the
    former."""
    if not name.strip():
        return former
    return name.partition("\\")[0] if "\\" in name else ""


def _who(given: Mapping[str, str]) -> str:
    r"""``DOMAIN\name``, unless the name says where it belongs itself."""
    name, domain = given["user_name"], given.get("domain", "")
    return name if not domain or "\\" in name or "@" in name else f"{domain}\\{name}"


# --- the SDK version --------------------------------------------------------------------------------------------


def check_sdk(sdk: str, organization: str) -> str:
    """Why an SDK version does not fit an organization of that version, in words; blank: it fits. It has to be of the
    same main version (compatible) and, as far as it is written out, not older."""
    ours, theirs = _numbers(sdk), _numbers(organization)
    if ours is None:
        return no_version(sdk)
    if theirs is None:
        return f"The organization's version “{organization}” cannot be read, so no SDK version can be compared with it."
    if ours[0] != theirs[0]:
        return (
            f"SDK version {sdk} is not compatible with version {organization} of the organization. Use {theirs[0]}.x."
        )
    if ours < theirs[: len(ours)]:
        return f"SDK version {sdk} is older than version {organization} of the organization. Use {_short(theirs)}."
    return ""


def no_version(sdk: str) -> str:
    """Why a text cannot be an SDK version at all, in words; blank: it can."""
    return "" if _numbers(sdk) else f"“{sdk}” is no SDK version. It looks like 9.1."


def api_of(sdk: str) -> str:
    """The version of the Web API that belongs to an SDK version: ``9.1``. Raises ``ValueError`` for what is none."""
    numbers = _numbers(sdk)
    if numbers is None:
        raise ValueError(no_version(sdk))
    return _short(numbers)


def _numbers(text: str) -> tuple[int, ...] | None:
    text = text.strip()
    return tuple(int(part) for part in text.split(".")) if _VERSION.fullmatch(text) else None


def _short(numbers: tuple[int, ...]) -> str:
    return f"{numbers[0]}.{numbers[1]}"
