"""Where the organization is and how we sign in to it: the part of Connection Setup that identifies the connection."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from integration.connection.findings import Finding, NotReady
from integration.dataverse.session import API
from integration.dataverse.signin import Certificate, Credentials, Grant, endpoint_for, premises
from integration.models.stored.secret import Secret, SecretField
from integration.odata.credentials import opened
from integration.systems.errors import SignInRefused
from integration.systems.typed_address import AddressError, Kind, clean_address


class Authentication(models.TextChoices):
    """The ways to sign in. The first two are the cloud's; the others belong to an organization on premises."""

    CLIENT_SECRET = "client_secret", "OAuth 2.0, client secret"
    CERTIFICATE = "certificate", "OAuth 2.0, certificate"
    IFD = "ifd", "On-premises: IFD (user and password at AD FS)"
    OAUTH = "oauth", "On-premises: OAuth (application or user at AD FS)"
    AD = "ad", "On-premises: AD (Windows)"

    @property
    def on_premises(self) -> bool:
        return self.value in ON_PREMISES


ON_PREMISES = ("ifd", "oauth", "ad")
SECRETS = ("client_secret", "certificate", "password")
PLAIN = ("tenant", "client_id", "token_endpoint", "sign_in_user", "domain", "sdk_version")
CHANGED_MEANWHILE = (
    "Somebody else saved another address or sign-in while this one was checked. Look at it, then enable it again."
)


class SignIn(models.Model):
    """Address and credentials. A secret is encrypted when it is assigned and never shown again."""

    IDENTIFYING = ("url", "authentication", *PLAIN, *SECRETS)
    """What says which organization this is and who we are there: only changed while disabled."""

    url = models.CharField("Dynamics 365 Sales URL", max_length=250, blank=True)
    authentication = models.CharField(
        "authentication type", max_length=20, choices=Authentication, default=Authentication.CLIENT_SECRET
    )
    tenant = models.CharField("tenant", max_length=100, blank=True)
    token_endpoint = models.CharField("token endpoint", max_length=250, blank=True)
    client_id = models.CharField("client id", max_length=100, blank=True)
    client_secret = SecretField("client secret", blank=True, default="")
    certificate = SecretField("certificate", blank=True, default="")
    sign_in_user = models.CharField("user name", max_length=250, blank=True)
    password = SecretField("password", blank=True, default="")
    domain = models.CharField("domain", max_length=100, blank=True)
    sdk_version = models.CharField("Dynamics 365 SDK version", max_length=30, blank=True)

    class Meta:
        abstract = True

    @property
    def kind(self) -> Authentication:
        return Authentication(self.authentication)

    def authentication_for_address(self) -> str:
        """A cloud's address is signed in to as in the cloud; any other says nothing, so what was chosen stays."""
        try:
            address = self.address_checks()[0][1]()
        except AddressError:
            return self.authentication
        cloud = premises.type_for(address) is premises.AuthenticationType.OFFICE365
        return Authentication.CLIENT_SECRET.value if cloud and self.kind.on_premises else self.authentication

    def refuse_if_overtaken(self) -> None:
        """Others may save while an organization is being asked: hold the row, and see that it still is what was asked
        about. Raises :class:`NotReady`."""
        now = type(self)._default_manager.select_for_update(of=("self",)).get(pk=self.pk)
        if any(_plain(getattr(now, name)) != _plain(getattr(self, name)) for name in self.IDENTIFYING):
            raise NotReady([Finding(False, "Connection Setup", CHANGED_MEANWHILE)])

    def missing(self) -> list[str]:
        """The captions of what has to be filled in before anything can be asked."""
        address = [] if self.url else ["URL"]
        if self.kind.on_premises:
            return address + premises.missing(self._premises_type(), self._given())
        wanted: dict[str, object] = {"Client id": self.client_id}
        if self.kind is Authentication.CERTIFICATE:
            wanted["Certificate"] = self.certificate
        else:
            wanted["Client secret"] = self.client_secret
        if not self.token_endpoint:
            wanted["Tenant"] = self.tenant
        return address + [label for label, value in wanted.items() if not value]

    def unreadable_secrets(self) -> list[str]:
        """Captions of the stored secrets in use that belong to a lost encryption key."""
        used = (name for name in SECRETS if getattr(self, name))
        return [caption(name) for name in used if not getattr(self, name).readable]

    def grant(self) -> Grant:
        """What to sign in with. Raises ``SignInRefused`` where that does not go, ``SecretUnreadable``."""
        if self.kind.on_premises:
            return premises.grant_for(self._premises_type(), self._given(reveal=True))
        endpoint = self.token_endpoint or endpoint_for(self.url, self.tenant)
        if self.kind is Authentication.CERTIFICATE:
            return Certificate(self.tenant, self.client_id, self.certificate.reveal(), endpoint)
        return Credentials(self.tenant, self.client_id, self.client_secret.reveal(), endpoint)

    def client_proof(self, endpoint: str) -> dict[str, str]:
        """What shows a token endpoint that we are this client while a person signs in: certificate or secret; nothing
        for a public client of one's own AD FS. Raises ``SignInRefused``, ``SecretUnreadable``."""
        if self.certificate and (self.kind is Authentication.CERTIFICATE or not self.client_secret):
            return Certificate(self.tenant, self.client_id, self.certificate.reveal(), endpoint).proof(endpoint)
        return Credentials(self.tenant, self.client_id, self.client_secret.reveal(), endpoint).proof(endpoint)

    @property
    def api(self) -> str:
        """The version of the Web API to speak: on premises that of the SDK version."""
        wanted = self.sdk_version if self.kind.on_premises else ""
        return premises.api_of(wanted) if wanted and not premises.no_version(wanted) else API

    def address_checks(self) -> list[tuple[str, Callable[[], str]]]:
        """(caption, check) of both addresses; a check gives the clean address or raises ``AddressError``."""
        loopback = settings.DEVELOPMENT
        return [
            ("URL", partial(clean_address, self.url, Kind(loopback=loopback))),
            ("Token endpoint", partial(clean_address, self.token_endpoint, Kind(path=True, loopback=loopback))),
        ]

    def sign_in_problems(self) -> dict[str, ValidationError]:
        """Brings both addresses into their one spelling; what is wrong, by field. A suggestion is the parameter."""
        wrong: dict[str, ValidationError] = {}
        for name, (_, check) in zip(("url", "token_endpoint"), self.address_checks(), strict=True):
            try:
                setattr(self, name, check())
            except AddressError as error:
                wrong[name] = ValidationError(str(error), params={"suggestion": error.suggestion})
        for name in ("tenant", "client_id", "sign_in_user", "domain", "sdk_version"):
            setattr(self, name, getattr(self, name).strip())
            if any(unicodedata.category(one) in ("Cc", "Cf") for one in getattr(self, name)):
                wrong[name] = ValidationError("This holds a character that cannot be seen. Type it by hand.")
        return {**{name: ValidationError(words) for name, words in self._misfits().items() if words}, **wrong}

    def _misfits(self) -> dict[str, str]:
        """What cannot be right whatever the organization says, by field."""
        if not self.kind.on_premises:
            return {}
        if "\\" in self.sign_in_user:
            self.domain = premises.domain_of(self.sign_in_user)
        kind = self._premises_type()
        return {
            "sign_in_user": premises.check_user_name(kind, self.sign_in_user) if self.sign_in_user else "",
            "sdk_version": premises.no_version(self.sdk_version) if self.sdk_version else "",
        }

    def _premises_type(self) -> premises.AuthenticationType:
        return premises.AuthenticationType[self.kind.name]

    def _given(self, *, reveal: bool = False) -> dict[str, str]:
        """The fields as the rules about premises take them; secrets are only named unless they are to be used."""
        secrets = {name: getattr(self, name) for name in SECRETS}
        told = {name: secret.reveal() if reveal else str(secret) for name, secret in secrets.items()}
        plain = {name: getattr(self, name) for name in PLAIN if name != "sign_in_user"}
        return {**plain, **told, "user_name": self.sign_in_user}


def caption(name: str) -> str:
    """How a column of secrets is called on the pages."""
    return name.replace("_", " ").capitalize()


def check_certificate(pem: str) -> None:
    """Raises ``ValidationError`` in words where a text is no certificate with its private key."""
    try:
        opened(pem)
    except SignInRefused as refused:
        raise ValidationError(refused.message) from refused


def _plain(value: object) -> object:
    return value.token if isinstance(value, Secret) else value
