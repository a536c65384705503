"""What exists on the tested server: the world that ``manage.py seed`` makes, or that of a JSON file."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

SEEDED = Path(__file__).parent / "seeded_world.json"


class NotAWorld(ValueError):
    """The file describes no world, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Ids and names that the checks use. Checks are skipped where what they need is ``null``."""

    key_id: int
    """A user's SSH key that has not expired; the user has no two-factor authentication."""
    key_blob: str
    """The Base64 text of that key, padding included."""
    user_id: int
    """Its owner, who may pull from the project."""
    username: str
    user_display_name: str
    project_id: int
    """A project with a repository and LFS."""
    project_path: str
    two_factor_key_id: int | None
    """The SSH key of a user with two-factor authentication."""
    agent_id: int | None
    """The agent whose token is given."""
    agent_name: str | None
    agent_project_id: int | None
    agent_project_path: str | None
    namespace_id: int | None
    """A top-level group."""
    namespace_path: str | None
    other_namespace_id: int | None
    """Another top-level group."""
    missing_id: int
    """An id that no key, user, project, agent or namespace has."""
    missing_path: str
    """A full path that no project and no namespace has."""

    @property
    def gl_repository(self) -> str:
        """The project's repository."""
        return f"project-{self.project_id}"


def load(path: Path) -> World:
    """Read a world.

    Raises:
        NotAWorld: the file cannot be read, or keys are missing, unknown or of a wrong type.
    """
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise NotAWorld(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise NotAWorld(f"{path}: expected one JSON object.")
    faults = [*_unknown(content), *_wrong(content)]
    if faults:
        raise NotAWorld(f"{path}: {'; '.join(faults)}.")
    return World(**content)


def _unknown(content: dict[str, object]) -> list[str]:
    known = {field.name for field in dataclasses.fields(World)}
    return [f"{name} is unknown" for name in content if name not in known]


def _wrong(content: dict[str, object]) -> list[str]:
    faults = []
    for field in dataclasses.fields(World):
        if field.name not in content:
            faults.append(f"{field.name} is missing")
        elif not isinstance(content[field.name], field.type) or isinstance(content[field.name], bool):  # type: ignore[arg-type]  # no annotation is a text here
            faults.append(f"{field.name} is not {getattr(field.type, '__name__', field.type)}")
    return faults
