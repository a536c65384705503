"""Tell kas that somebody has pushed; it passes that on to every agent and to Flux."""

from datetime import datetime

import grpc
import jwt
from django.conf import settings

from apps.core import secret_files
from apps.core.gitaly.channels import system_credentials
from apps.core.kas.addresses import Address, UnusableKasAddress, address_of
from apps.core.kas.stubs import kas_subset_pb2 as pb
from apps.core.secret_files import MalformedSecret

METHOD = "/gitlab.agent.notifications.rpc.Notifications/GitPushEvent"
AUDIENCE = "gitlab-kas"
LIFETIME, TOLERANCE = 60, 5  # seconds that a token holds from now on, and for a clock that is behind
_PASSING = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
# A channel for each call: pings on one that is kept would be too many for kas, which then cuts it.
_OPTIONS = (("grpc.enable_http_proxy", 0),)


class NotTold(Exception):
    """kas was not told; ``code`` says why, in gRPC's words, ``passing`` whether another try may help."""

    def __init__(self, code: str, *, passing: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.passing = passing


def git_pushed(*, project_id: int, full_path: str, now: datetime) -> None:
    """Say that refs of a project have changed.

    Raises:
        NotTold: kas is away or refuses the call, or address or secret are not usable.
    """
    project = pb.Project(id=project_id, full_path=full_path)
    request = pb.GitPushEventRequest(event=pb.GitPushEvent(project=project))
    try:
        address, token = address_of(settings.GITLAB_KAS), _token(now)
    except (UnusableKasAddress, MalformedSecret) as error:
        raise NotTold(type(error).__name__) from error
    with _channel_to(address) as channel:
        call: grpc.UnaryUnaryMultiCallable[pb.GitPushEventRequest, pb.GitPushEventResponse]
        call = channel.unary_unary(
            METHOD, pb.GitPushEventRequest.SerializeToString, pb.GitPushEventResponse.FromString
        )
        metadata = (("authorization", f"bearer {token}"),)
        try:
            call(request, timeout=settings.GITLAB_KAS_TIMEOUT, metadata=metadata)
        except grpc.RpcError as error:
            code = error.code()
            raise NotTold(code.name, passing=code in _PASSING) from error


def _channel_to(address: Address) -> grpc.Channel:
    if address.encrypted:
        return grpc.secure_channel(address.target, system_credentials(), options=_OPTIONS)
    return grpc.insecure_channel(address.target, options=_OPTIONS)


def _token(now: datetime) -> str:
    """Sign as kas signs, with the current secret: kas knows no other."""
    at = int(now.timestamp())
    claims = {
        "iss": settings.INSTANCE_HOST,
        "aud": AUDIENCE,
        "iat": at,
        "nbf": at - TOLERANCE,
        "exp": at + LIFETIME,
    }
    pair = secret_files.pair(settings.KAS_SECRET_FILE, settings.KAS_PREVIOUS_SECRET_FILE)
    return jwt.encode(claims, secret_files.signing_key(pair.current.content()), algorithm="HS256")
