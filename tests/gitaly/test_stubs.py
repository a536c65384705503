"""The generated code says what the interface description says."""

import subprocess
import sys
from pathlib import Path

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto, FileDescriptorSet

from apps.core.gitaly.stubs import gitaly_subset_pb2 as pb
from tests.gitaly_double.hook_directory import PROJECT


def without_json_names(messages: list[DescriptorProto]) -> None:
    """Remove what the compiler adds by itself."""
    for message in messages:
        without_json_names(list(message.nested_type))
        for field in message.field:
            field.ClearField("json_name")


def test_the_stubs_are_made_from_the_interface_description(tmp_path: Path) -> None:
    described = tmp_path / "described"
    command = [
        sys.executable, "-m", "grpc_tools.protoc", "-I", "apps/core/gitaly/stubs=proto",
        f"--descriptor_set_out={described}", pb.DESCRIPTOR.name,
    ]  # fmt: skip

    subprocess.run(command, cwd=PROJECT, check=True)

    (compiled,) = FileDescriptorSet.FromString(described.read_bytes()).file
    without_json_names(list(compiled.message_type))
    generated = FileDescriptorProto()
    pb.DESCRIPTOR.CopyToProto(generated)
    assert compiled == generated
