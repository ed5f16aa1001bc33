"""What a stored connection signs in with: the grant, the proof of who we are, and the Web API it speaks."""

from __future__ import annotations

from integration.dataverse.session import API
from integration.dataverse.signin import premises
from integration.models.connection.sign_in import Authentication, SignIn
from integration.odata.credentials import Certificate, Credentials, Grant, endpoint_for


def grant_of(setup: SignIn) -> Grant:
    """What to sign in with. Raises ``SignInRefused`` where that does not go, ``SecretUnreadable``."""
    if setup.kind.on_premises:
        return premises.grant_for(setup.premises_type, setup.given(reveal=True))
    endpoint = setup.token_endpoint or endpoint_for(setup.url, setup.tenant)
    if setup.kind is Authentication.CERTIFICATE:
        return Certificate(setup.tenant, setup.client_id, setup.certificate.reveal(), endpoint)
    return Credentials(setup.tenant, setup.client_id, setup.client_secret.reveal(), endpoint)


def client_proof(setup: SignIn, endpoint: str) -> dict[str, str]:
    """What shows a token endpoint that we are this client while a person signs in: certificate or secret; nothing for
    a public client of one's own AD FS. Raises ``SignInRefused``, ``SecretUnreadable``."""
    if setup.certificate and (setup.kind is Authentication.CERTIFICATE or not setup.client_secret):
        return Certificate(setup.tenant, setup.client_id, setup.certificate.reveal(), endpoint).proof(endpoint)
    return Credentials(setup.tenant, setup.client_id, setup.client_secret.reveal(), endpoint).proof(endpoint)


def api_of(setup: SignIn) -> str:
    """The version of the Web API to speak: on premises that of the SDK version."""
    wanted = setup.sdk_version if setup.kind.on_premises else ""
    return premises.api_of(wanted) if wanted and not premises.no_version(wanted) else API
