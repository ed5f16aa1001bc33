"""Where an organization lets people sign in: asked of itself, and believed only where that is safe."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from integration.http import Transport, check_address, is_loopback
from integration.odata.token_request import SIGN_IN
from integration.systems.errors import BadAnswer, SignInRefused

CLOUDS = frozenset({
    "login.microsoftonline.com", "login.windows.net", "login.microsoftonline.us", "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
})  # fmt: skip
SALES = "Dynamics 365 Sales"
"""Who is called, in words."""
PROBE = "api/data/v9.2/WhoAmI"
SHORT = 3
DOCUMENT = ".well-known/openid-configuration"
_FIELD = re.compile(r'(?P<name>\w+)\s*=\s*"?(?P<value>[^",\s]+)"?')
_WAYS_IN = re.compile(r"/oauth2(/v2\.0)?/authorize/?$")


@dataclass(frozen=True, slots=True)
class Authority:
    """The addresses a person's browser and we go to, and the resource a token is for."""

    authorize: str
    token: str
    resource: str


def discover(url: str, transport: Transport, trusted: str = "") -> Authority:
    """The authority of the organization at ``url``, from its answer to a request without a token; ``trusted`` is a host
    that a person vouched for. Raises ``BadAnswer`` where it does not tell, ``SignInRefused`` where it names a place no
    password should be typed in."""
    check_address(url)
    answer = transport.send(
        "GET", urljoin(url.rstrip("/") + "/", PROBE), headers={"Accept": "application/json"}, who=SALES
    )
    challenge = {match["name"].lower(): match["value"] for match in _FIELD.finditer(_challenge(answer.headers))}
    address = challenge.get("authorization_uri") or challenge.get("authorization")
    if answer.status != 401 or not address:
        raise BadAnswer("This address does not say where to sign in. Check the URL.", raw=answer.text[:500])
    _check_trust(address, url, trusted)
    resource = challenge.get("resource_id") or challenge.get("resource") or url
    base = _WAYS_IN.sub("", address)
    if base == address:
        raise BadAnswer("The organization names a sign-in page of an unknown kind.", raw=address[:500])
    version = "" if _of_ad_fs(base) else "v2.0/"
    return _read(f"{base}/{version}{DOCUMENT}", resource, transport)


def _challenge(headers: object) -> str:
    found = headers.get("www-authenticate", "") if hasattr(headers, "get") else ""
    return str(found) if str(found).lower().startswith("bearer") else ""


def _read(document: str, resource: str, transport: Transport) -> Authority:
    """The addresses as the authority itself publishes them."""
    answer = transport.send("GET", document, headers={"Accept": "application/json"}, who=SIGN_IN)
    body = answer.json() if answer.ok else None
    names = ("authorization_endpoint", "token_endpoint")
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in names):
        raise BadAnswer("The sign-in service does not tell its addresses.", raw=answer.text[:500])
    for name in names:
        check_address(body[name])
        if urlsplit(body[name]).netloc != urlsplit(document).netloc and not _cloud(body[name]):
            raise SignInRefused("The sign-in service sends us to another host; that is refused.", part="resource")
    return Authority(body["authorization_endpoint"], body["token_endpoint"], resource)


def _check_trust(address: str, url: str, trusted: str) -> None:
    """A sign-in page is believed if it is Microsoft's, on the organization's own host or in its own domain, or if a
    person vouched for it: anything else could be a page that collects passwords."""
    check_address(address)
    host, own = urlsplit(address).hostname or "", urlsplit(url).hostname or ""
    local = is_loopback(host) and is_loopback(own)
    if _cloud(address) or local or host in (own, trusted.lower()) or _same_domain(host, own):
        return
    raise SignInRefused(f"The organization sends people to {host} to sign in; that is not trusted.", part="resource")


def _cloud(address: str) -> bool:
    return urlsplit(address).hostname in CLOUDS


def _same_domain(host: str, own: str) -> bool:
    """``sts.adatum.example`` and ``crm.adatum.example``: the same but for the first name. What is left must be a domain
    that one firm owns, so neither a cloud nor the short second level of a country (``co.uk``)."""
    domain = host.partition(".")[2]
    names = domain.split(".")
    owned = len(names) > 1 and len(names[-2]) > SHORT and not domain.endswith("dynamics.com")
    return owned and domain == own.partition(".")[2]


def _of_ad_fs(base: str) -> bool:
    return urlsplit(base).path.rstrip("/").lower().endswith("/adfs")
