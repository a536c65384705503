"""The client's table of methods against the generated code, which the double is made from."""

import pytest
from google.protobuf.descriptor import MethodDescriptor

from apps.core.gitaly import methods
from apps.core.gitaly.calls import Stream, Unary
from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb

METHODS = [item for item in vars(methods).values() if isinstance(item, Unary | Stream)]


def described(path: str) -> MethodDescriptor:
    _, service, name = path.split("/")
    return pb.DESCRIPTOR.services_by_name[service.removeprefix("gitaly.")].methods_by_name[name]


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.path)
def test_a_method_has_the_messages_and_the_shape_of_the_interface(method: Unary | Stream) -> None:  # type: ignore[type-arg]  # any of them
    interface = described(method.path)

    assert interface.input_type is method.request.DESCRIPTOR
    assert interface.output_type is method.response.DESCRIPTOR
    assert interface.server_streaming is isinstance(method, Stream)
    assert not interface.client_streaming
