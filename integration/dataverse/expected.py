"""Is it still the organization whose records are coupled? An address can lead to another one over night.

Who answers is compared once for each token, before anything else is asked with it: an organization that was put in the
place of another does not take the other's tokens, and what was confirmed for a token is kept as long as tokens are.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

from integration.http import Answer
from integration.odata.shared import Cache
from integration.systems.errors import BadAnswer, ConfigurationProblem

KEPT_SECONDS = 3600.0
STRANGE = (
    "Another organization answers at {url} than {name}, whose records are coupled. Nothing was read or written there. "
    "Connect to {name} again, or disable the connection and delete the couplings first."
)


class OtherOrganization(ConfigurationProblem):
    """Every row would be written to strangers."""

    code = "other-organization"


@dataclass(frozen=True, slots=True)
class Expected:
    """The organization a connection was enabled for."""

    id: uuid.UUID
    name: str


class Confirmation:
    """What is known of who answers to which token at ``url``."""

    def __init__(self, url: str, expected: Expected, cache: Cache) -> None:
        self._url, self._expected, self._cache = url, expected, cache
        self._confirmed: set[str] = set()

    def holds(self, token: str) -> bool:
        """Was it the right organization that took this token?"""
        key = self._key(token)
        if key not in self._confirmed and self._cache.get(key) == str(self._expected.id):
            self._confirmed.add(key)
        return key in self._confirmed

    def confirm(self, token: str, who: Answer) -> None:
        """Compare with the organization's answer to WhoAmI. Raises ``OtherOrganization``, ``BadAnswer``."""
        identity = who.json()
        try:
            answering = uuid.UUID(str(identity["OrganizationId"]))
        except (KeyError, TypeError, ValueError) as error:
            words = "This address does not answer as a Dynamics 365 Sales organization does. Check the URL."
            raise BadAnswer(words, raw=str(identity)[:500]) from error
        if answering != self._expected.id:
            name = self._expected.name or str(self._expected.id)
            raise OtherOrganization(STRANGE.format(url=self._url, name=name))
        self._cache.put(self._key(token), str(answering), KEPT_SECONDS)
        self._confirmed.add(self._key(token))

    def _key(self, token: str) -> str:
        whole = "\n".join((self._url, token))
        return f"organization {hashlib.sha256(whole.encode()).hexdigest()}"
