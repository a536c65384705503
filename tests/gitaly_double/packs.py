"""A running ``git receive-pack`` or ``git upload-pack``, and the copying of its input and output."""

import os
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import IO

CHUNK = 32 * 1024
Written = tuple[bool, bytes]  # whether on stderr; nothing is the end


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of Git's output, on one of the two streams."""

    stdout: bytes = b""
    stderr: bytes = b""


@dataclass(frozen=True, slots=True)
class PackProcess:
    """The Git process of one call, and everything it starts."""

    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, command: list[str], environment: Mapping[str, str]) -> "PackProcess":
        """Start Git with pipes on all three sides."""
        return cls(
            subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(environment),
                start_new_session=True,
            )
        )

    def feed(self, chunks: Iterator[bytes]) -> None:
        """Copy the caller's input in the background; its end is the end of Git's input."""
        _in_background(partial(self._feed, chunks))

    def output(self) -> Iterator[Piece]:
        """Give what Git writes, as it comes, until both streams have ended."""
        assert self.process.stdout
        assert self.process.stderr
        written: queue.SimpleQueue[Written] = queue.SimpleQueue()
        streams = {self.process.stdout: False, self.process.stderr: True}
        for stream, is_error in streams.items():
            _in_background(partial(_read, stream, is_error, written))
        unfinished = len(streams)
        while unfinished:
            is_error, data = written.get()
            if not data:
                unfinished -= 1
            else:
                yield Piece(stderr=data) if is_error else Piece(stdout=data)

    def exit_status(self) -> int:
        """Wait for Git's end."""
        return self.process.wait()

    def stop(self) -> None:
        """End a Git that nobody listens to any more, with the hooks it runs."""
        with suppress(ProcessLookupError):
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _feed(self, chunks: Iterator[bytes]) -> None:
        assert self.process.stdin
        # The caller may hang up, and Git may end without reading everything.
        with suppress(Exception), self.process.stdin as stdin:
            for chunk in chunks:
                stdin.write(chunk)
                stdin.flush()


def _read(stream: IO[bytes], is_error: bool, written: "queue.SimpleQueue[Written]") -> None:
    with stream:
        while data := os.read(stream.fileno(), CHUNK):
            written.put((is_error, data))
    written.put((is_error, b""))


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()
