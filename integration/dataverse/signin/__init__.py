"""Signing in with OAuth 2.0: as the integration's application, as a person on premises, as an administrator.

    Credentials(tenant, client_id, client_secret)       client secret
    Certificate(tenant, client_id, pem)                 a certificate instead of a secret
    Password(token_endpoint, client_id, user, password) a user of one's own AD FS
    administrator.begin(...), .finish(...)              a person in a browser; the token is only held in memory

The first three are grants: :class:`Tokens` asks for a token, shares it and renews it. A ``HeldToken`` of the last takes
its place in a session and ends for good.
"""

from integration.dataverse.signin.administrator import Authority, HeldToken, Started, begin, discover, finish
from integration.odata.credentials import Certificate, Credentials, Grant, Password, endpoint_for
from integration.odata.tokens import Tokens, TokenSource

__all__ = [
    "Authority",
    "Certificate",
    "Credentials",
    "Grant",
    "HeldToken",
    "Password",
    "Started",
    "TokenSource",
    "Tokens",
    "begin",
    "discover",
    "endpoint_for",
    "finish",
]
