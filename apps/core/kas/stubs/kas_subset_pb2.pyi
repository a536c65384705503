from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Project(_message.Message):
    __slots__ = ("id", "full_path")
    ID_FIELD_NUMBER: _ClassVar[int]
    FULL_PATH_FIELD_NUMBER: _ClassVar[int]
    id: int
    full_path: str
    def __init__(self, id: _Optional[int] = ..., full_path: _Optional[str] = ...) -> None: ...

class GitPushEvent(_message.Message):
    __slots__ = ("project",)
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    project: Project
    def __init__(self, project: _Optional[_Union[Project, _Mapping]] = ...) -> None: ...

class GitPushEventRequest(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: GitPushEvent
    def __init__(self, event: _Optional[_Union[GitPushEvent, _Mapping]] = ...) -> None: ...

class GitPushEventResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
