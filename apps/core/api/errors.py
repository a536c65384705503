"""GitLab's error envelope, written once.

Every refusal of the API is a :class:`Failure` with its status and whole body. What Django REST framework
itself raises is translated here; how a malformed body reads differs between the endpoints of GitLab Shell
and those of kas and CustomersDot, so a view may bring its own :class:`BodyErrors`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from apps.core import correlation
from apps.core.admin_site import content_security
from apps.core.gitaly.servers import UnknownStorage

log = structlog.get_logger(__name__)

API = "/api/"
UNAUTHORIZED = {"message": "401 Unauthorized"}
ROUTE_NOT_FOUND = {"error": "404 Not Found"}
METHOD_NOT_ALLOWED = {"error": "405 Not Allowed"}
TOO_LARGE = "413 Request Entity Too Large"
UNAVAILABLE = {"message": "503 Service Unavailable"}
SERVER_ERROR = {"message": "500 Internal Server Error"}


class Failure(exceptions.APIException):
    """A refusal with its status, its whole JSON body and, where needed, headers."""

    def __init__(
        self, status: int, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail=str(body))
        self.status_code = status
        self.body = body
        self.headers = dict(headers or {})


class ResourceNotFound(Failure):
    """404: ``ResourceNotFound("Key")`` reads ``404 Key Not Found``."""

    def __init__(self, resource: str = "") -> None:
        super().__init__(404, {"message": " ".join(filter(None, ("404", resource, "Not Found")))})


class BadRequest(Failure):
    """400 with a reason: ``400 Bad request - "key" not given``."""

    def __init__(self, reason: str) -> None:
        super().__init__(400, {"message": f"400 Bad request - {reason}"})


class RequestForbidden(Failure):
    """403, with or without a reason: ``403 Forbidden - Your account has been blocked.``."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(403, {"message": " - ".join(filter(None, ("403 Forbidden", reason)))})


class BodyTooLarge(exceptions.APIException):
    """413: a body of too many bytes, fields or parts."""

    status_code = 413


@dataclass(frozen=True, slots=True)
class BodyErrors:
    """How one family of endpoints words a body that cannot be read."""

    malformed: Mapping[str, str]
    unsupported: str
    key: str
    """Where a reason stands."""

    def unsupported_media_type(self, media_type: str) -> dict[str, str]:
        """Return the 415 body for ``media_type``."""
        return {self.key: self.unsupported.format(media_type)}


GIT_BODY_ERRORS = BodyErrors(
    malformed={"message": "400 Bad request - The request body is not valid JSON"},
    unsupported="415 Unsupported Media Type",
    key="message",
)
PARAMETER_BODY_ERRORS = BodyErrors(
    malformed={
        "error": "\nProblem:\n  message body does not match declared format\nResolution:\n  "
        "when specifying application/json as content-type, you must pass valid application/json "
        "in the request's 'body' "
    },
    unsupported="The provided content-type '{}' is not supported.",
    key="error",
)


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """Turn whatever a view raised into an answer in GitLab's shape."""
    status, body, headers = _answer_to(error, context)
    return Response(body, status=status, headers=headers)


def _answer_to(error: Exception, context: Mapping[str, Any]) -> tuple[int, Mapping[str, Any], dict[str, str]]:
    wording: BodyErrors = getattr(context.get("view"), "body_errors", GIT_BODY_ERRORS)
    match error:
        case Failure():
            return error.status_code, error.body, error.headers
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return 401, UNAUTHORIZED, {}
        case exceptions.MethodNotAllowed():
            return 405, METHOD_NOT_ALLOWED, {"Allow": ", ".join(context["view"].allowed_methods)}
        case exceptions.UnsupportedMediaType():
            media_type = (context["request"].content_type or "").partition(";")[0].strip()
            return 415, wording.unsupported_media_type(media_type), {}
        case RequestDataTooBig() | BodyTooLarge():
            return 413, {wording.key: TOO_LARGE}, {}
        case exceptions.ParseError() | SuspiciousOperation():
            return 400, wording.malformed, {}
        case Http404():
            return 404, {"message": "404 Not Found"}, {}
        case _:
            return _failure_of_ours(error)


def _failure_of_ours(error: Exception) -> tuple[int, Mapping[str, Any], dict[str, str]]:
    if isinstance(error, OperationalError | InterfaceError):
        log.warning("database not available", exc_info=error)
        return 503, UNAVAILABLE, {}
    if isinstance(error, UnknownStorage):
        log.error("GITALY_STORAGES does not name a storage", storage=str(error))
        return 503, UNAVAILABLE, {}
    log.exception("unforeseen failure", exc_info=error)
    return 500, SERVER_ERROR, {}


def route_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler404``: no route has this path."""
    return _page_or_json(request, 404, ROUTE_NOT_FOUND, "There is no such page.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler400``: a Host header or a form that Django itself refuses."""
    body = {"message": "400 Bad request - The request is not valid"}
    return _page_or_json(request, 400, body, "The request is not valid.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler403``: only the admin can get here."""
    text = "Your role does not open this page."
    return _page_or_json(request, 403, {"message": "403 Forbidden"}, text)


def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's ``CSRF_FAILURE_VIEW``: a form was sent that this site has not shown, or not lately."""
    text = "The form is out of date. Go back, load the page anew, and send it again."
    return _page_or_json(request, 403, {"message": "403 Forbidden"}, text)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's ``handler500``: Django has logged the cause."""
    return _page_or_json(request, 500, SERVER_ERROR, "Something went wrong. The log says what.")


def asks_for_a_page(request: HttpRequest) -> bool:
    """Whether a person's browser asks, outside of the API, whose answers are JSON for everybody."""
    return "text/html" in request.headers.get("Accept", "") and not request.path_info.startswith(API)


def _page_or_json(request: HttpRequest, status: int, body: Mapping[str, str], text: str) -> HttpResponse:
    if not asks_for_a_page(request):
        return JsonResponse(body, status=status)
    title = f"{status} {HTTPStatus(status).phrase}"
    context = {"title": title, "text": text, "correlation_id": correlation.current()}
    try:
        return content_security.page("message.html", context, status=status)
    except ValueError:  # the site's files are not collected: no error of the answer hides the one it tells
        log.warning("no page for an error: run manage.py collectstatic", exc_info=True)
        return JsonResponse(body, status=status)
