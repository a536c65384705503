"""What Gitaly's hooks ask and tell during a push, and what its archives need."""

from collections.abc import Iterator

from apps.operations.conformance.check import NOT_FOUND, Check, error, get, message, post
from apps.operations.conformance.checks.git_access import NO_NAMESPACE
from apps.operations.conformance.matching import BOOLEAN, TEXT, AnyOf, Exactly
from apps.operations.conformance.world import World

ZEROS = "0" * 40
MESSAGES = AnyOf(
    "a list of basic and alert messages",
    lambda value: (
        isinstance(value, list)
        and all(
            isinstance(item.get("message"), str) and item.get("type") in ("basic", "alert") for item in value
        )
    ),
)


def checks(world: World) -> list[Check]:
    """Return the checks."""
    return [*_hooks(world), *_pushes(world), *_malformed(), *_archives(world), _check()]


def _hooks(world: World) -> Iterator[Check]:
    changes = f"{ZEROS} fd9e76b9136bdd9fe217061b497745792fe5a5ee refs/heads/conformance\n"
    yield Check(
        name="gitaly.push_to_an_unknown_repository",
        reference="Git Authentication",
        calls=[
            post(
                "allowed",
                action="git-receive-pack",
                gl_repository=f"project-{world.missing_id}",
                project=f"/var/opt/repositories/{world.missing_path}.git",
                changes=changes,
                protocol="ssh",
                env='{"GIT_ALTERNATE_OBJECT_DIRECTORIES_RELATIVE":null,"GIT_OBJECT_DIRECTORY_RELATIVE":""}',
                key_id=str(world.key_id),
            )
        ],
        status=404,
        body=Exactly({"status": False, "message": NO_NAMESPACE}),
    )


def _pushes(world: World) -> Iterator[Check]:
    yield Check(
        name="gitaly.pre_receive",
        reference="Incrementing counter on pre-receive",
        calls=[post("pre_receive", gl_repository=world.gl_repository)],
        body={"reference_counter_increased": True},
        writes=True,
    )
    yield Check(
        name="gitaly.post_receive",
        reference="PostReceive",
        calls=[
            post(
                "post_receive",
                gl_repository=world.gl_repository,
                identifier=f"key-{world.key_id}",
                changes="",
                push_options=None,
                gitaly_client_context_bin=None,
            )
        ],
        body={"messages": MESSAGES, "reference_counter_decreased": BOOLEAN},
        writes=True,
    )


def _malformed() -> Iterator[Check]:
    for name in ("pre_receive", "post_receive"):
        yield Check(
            name=f"gitaly.{name}_without_repository",
            reference="decision 0008",
            calls=[post(name)],
            status=400,
            body=message('400 Bad request - "gl_repository" not given'),
        )
        yield Check(
            name=f"gitaly.{name}_of_a_malformed_repository",
            reference="decision 0008",
            calls=[post(name, gl_repository="nonsense")],
            status=400,
            body=message('400 Bad request - "gl_repository" is invalid'),
        )


def _archives(world: World) -> Iterator[Check]:
    yield Check(
        name="gitaly.unknown_lfs_file",
        reference="docs/compatibility.md: lfs",
        calls=[get("lfs", oid="0" * 64, gl_repository=world.gl_repository)],
        status=404,
        body=NOT_FOUND,
    )
    yield Check(
        name="gitaly.lfs_file_without_parameters",
        reference="docs/compatibility.md: lfs",
        calls=[get("lfs")],
        status=400,
        body=error("oid is missing, gl_repository is missing"),
    )


def _check() -> Check:
    return Check(
        name="gitaly.check",
        reference="Instance information",
        calls=[get("check")],
        body={"gitlab_version": TEXT, "api_version": TEXT, "redis": BOOLEAN, "gitlab_revision": TEXT},
    )
