"""A request that its sender delivers again gets the answer of the first delivery.

Newer clients repeat a POST whose answer they did not get, with the same request id. The remembered answer
lies in the instance's own database even where the shared store is elsewhere: it commits together with what it
tells about, or not at all. It is encrypted with a key that can only be made from SECRET_KEY and the request
itself, so neither a dump nor a dump with SECRET_KEY shows it.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.fernet import Fernet
from django.utils.crypto import salted_hmac

from apps.core.shared_store.database import DatabaseStore

WINDOW = 120  # seconds; clients wait 1 to 15 s before they repeat


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of a request: its sender's id for it, its endpoint and its parameters.

    Without an id nothing is remembered. Ask and remember inside one transaction that has locked the user's
    row: two deliveries at once then come one after the other.
    """

    request_id: str = field(repr=False)
    endpoint: str
    parameters: Mapping[str, Any] = field(repr=False)

    def earlier_answer(self) -> dict[str, Any] | None:
        """Return the answer that this request has had within the window."""
        token = DatabaseStore().get(self._name()) if self.request_id else None
        return None if token is None else json.loads(self._cipher().decrypt(token))

    def remember(self, answer: Mapping[str, Any]) -> None:
        """Keep the answer for the window."""
        if self.request_id:
            token = self._cipher().encrypt(json.dumps(answer).encode()).decode()
            DatabaseStore().put(self._name(), token, lifetime=WINDOW)

    def _name(self) -> str:
        return f"delivery:{self._digest('the name of a delivery').hex()}"

    def _cipher(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._digest("the key of a delivery")))

    def _digest(self, purpose: str) -> bytes:
        request = json.dumps([self.request_id, self.endpoint, self.parameters], sort_keys=True)
        return salted_hmac(purpose, request, algorithm="sha256").digest()
