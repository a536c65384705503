"""Errors of the double's calls: a gRPC status and its text."""

import grpc


class Refusal(Exception):
    """The call ends with this status."""

    def __init__(self, code: grpc.StatusCode, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def invalid(text: str) -> Refusal:
    """Return the refusal of a request that makes no sense."""
    return Refusal(grpc.StatusCode.INVALID_ARGUMENT, text)
