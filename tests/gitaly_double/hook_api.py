"""The hooks' calls to the internal API, and what Gitaly makes of each answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.gitaly_double import go_json
from tests.gitaly_double.api_settings import BASE_PATH
from tests.gitaly_double.error_texts import UNREACHABLE, decode_object, error_text
from tests.gitaly_double.hook_payload import HookPayload
from tests.gitaly_double.http_exchange import Answer, Exchange, Unreachable, send, target_of
from tests.gitaly_double.versions import Version

OK = 200
CUSTOM_ACTION = 300
TOO_MANY_REQUESTS = 429


class CallFailed(Exception):
    """The answer is not one that Gitaly takes; the text says why."""


class Refused(Exception):
    """A well-formed answer says no."""


@dataclass(frozen=True, slots=True)
class HookApi:
    """The internal API as the hooks of one push see it."""

    payload: HookPayload

    def allowed(self, body: dict[str, Any]) -> None:
        """Ask whether the push may go on; raise ``Refused`` with the API's message if not."""
        answer = self._post("/allowed", body)
        if answer.status not in (OK, CUSTOM_ACTION):
            raise CallFailed(f"gitlab api is not accessible: {answer.status}")
        decoded = self._decode("/allowed", answer, {"status": bool, "message": str})
        if not decoded.get("status"):
            raise Refused(decoded.get("message") or "")

    def pre_receive(self) -> bool:
        """Announce the push; tell whether the reference counter could be increased."""
        body = {"gl_repository": self.payload.gl_repository}
        answer = self._accepted("/pre_receive", body)
        schema = {"reference_counter_increased": bool}
        return bool(self._decode("/pre_receive", answer, schema).get("reference_counter_increased"))

    def post_receive(self, body: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
        """Report the push; return the messages, and whether the counter could be decreased."""
        answer = self._accepted("/post_receive", body)
        schema = {"messages": list, "reference_counter_decreased": bool}
        decoded = self._decode("/post_receive", answer, schema)
        return decoded.get("messages") or [], bool(decoded.get("reference_counter_decreased"))

    def _accepted(self, endpoint: str, body: dict[str, Any]) -> Answer:
        answer = self._post(endpoint, body)
        if answer.status != OK:
            raise CallFailed(f"{endpoint} answered {answer.status}")
        return answer

    def _post(self, endpoint: str, body: dict[str, Any]) -> Answer:
        settings = self.payload.api
        exchange = Exchange(
            method="POST",
            target=target_of(settings, f"{BASE_PATH}{endpoint}"),
            body=go_json.encode(body),
            user_agent=f"gitaly/{self.payload.version}",
            headers=self._headers(),
        )
        try:
            answer = send(settings, exchange, follow_redirects=True)
        except Unreachable as error:
            raise CallFailed(UNREACHABLE) from error
        if not OK <= answer.status <= 399:
            raise CallFailed(self._error_text(answer))
        return answer

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", **self.payload.api.credentials()}
        if self.payload.correlation_id:
            headers["X-Request-Id"] = self.payload.correlation_id
        return headers

    def _error_text(self, answer: Answer) -> str:
        version = Version.of(self.payload.version)
        if answer.status == TOO_MANY_REQUESTS and version >= (19, 0):
            return "rate limited"
        return error_text(answer)

    def _decode(self, endpoint: str, answer: Answer, schema: Mapping[str, type]) -> dict[str, Any]:
        if answer.media_type != "application/json":
            kind = answer.media_type
            raise CallFailed(f"{endpoint} endpoint respond with unsupported content type: {kind}")
        try:
            decoded = decode_object(answer.body)
        except ValueError as error:
            raise CallFailed(f"{endpoint} answered something that is not JSON") from error
        for key, kind_of_value in schema.items():
            if not isinstance(decoded.get(key), kind_of_value | None):
                raise CallFailed(f"{endpoint} answered a wrong type for {key}")
        return decoded
