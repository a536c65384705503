"""The parameters of the endpoints about keys and their owners."""

from collections.abc import Mapping
from typing import Any

from apps.core.api import params
from apps.core.api.plain_fields import PlainField, PlainIdentifier, PlainText
from apps.core.api.serializers import Parameters
from apps.core.json_values import storable_text
from apps.directory import access_tokens
from apps.ssh_keys.actors import Claim

ACTOR = ("key_id", "user_id", "username", "identifier")


class ActorParameters(Parameters):
    """Who a request is from. The first that is present decides, even where it resolves to nobody."""

    key_id = PlainIdentifier(required=False, help_text="The SSH key, as a number or as text.")
    user_id = PlainIdentifier(required=False, help_text="The user, as a number or as text.")
    username = PlainText(required=False, help_text="The user, by name.")
    identifier = PlainText(required=False, help_text="The actor: `user-1` or `key-11`.")


def claim_in(values: Mapping[str, Any]) -> Claim:
    """Return who a request is from, as a serializer with these parameters has read it."""
    return Claim(**{name: values.get(name) for name in ACTOR})


def claim(given: params.RequestParameters) -> Claim:
    """Read the same by hand."""
    return Claim(
        key_id=given.identifier("key_id"),
        user_id=given.identifier("user_id"),
        username=given.text("username"),
        identifier=given.text("identifier"),
    )


class Scopes(PlainField):
    """A list of texts; an empty text is an empty list, and what is no such list is ``None``."""

    def to_internal_value(self, data: Any) -> list[str] | None:
        """Return the list; what else is wrong with the request is told first."""
        if data == "":
            return []
        if not isinstance(data, list):
            return None
        return data if all(isinstance(text, str) and storable_text(text) for text in data) else None


class WantedTokenParameters(Parameters):
    """What a new token shall be like."""

    name = PlainText(required=False, help_text="Must not be blank; refused politely if it is.")
    scopes = Scopes(
        required=False, help_text=f"Any of {', '.join(f'`{scope}`' for scope in access_tokens.SCOPES)}."
    )
    expires_at = PlainText(required=False, help_text="The last day, such as 2020-07-24.")


class TokenParameters(WantedTokenParameters, ActorParameters):
    """A new token, and for whom."""


class CodeParameters(Parameters):
    """A one-time password."""

    otp_attempt = PlainText(required=False, help_text="The code that was typed.")


class CodeOfActorParameters(CodeParameters, ActorParameters):
    """A one-time password, and whose."""


class PushedQuestionParameters(Parameters):
    """What is sent with a question that is never put; nothing reads it."""

    key_id = PlainIdentifier(required=False)
    user_id = PlainIdentifier(required=False)


class CertificateParameters(Parameters):
    """A certificate that somebody logs in with."""

    key = PlainText(default="", help_text="The SHA-256 fingerprint of the authority that signed it.")
    user_identifier = PlainText(default="", help_text="A user's name or address.")
