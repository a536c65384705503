"""Which paths a push may touch, and which names its new files may have."""

import pytest

from tests.factories.directory import UserFactory
from tests.factories.git_access import LfsFileLockFactory, PathLockFactory, PushRuleFactory
from tests.git_access.allowed.asking import GRANTED, MAIN, creation, line
from tests.git_access.pushes.conftest import Stage

SECRETS = [
    ("aws/credentials", r"aws\\/credentials$"),
    ("ssh/personal_rsa", r"(ssh|config)\\/(personal|server)_(rsa|dsa|ed25519|ecdsa|ecdsa_sk|ed25519_sk)"),
    ("id_rsa", "id_rsa$"),
    ("deep/id_ed25519", "id_ed25519$"),
    ("server.pem", r"\\.(pem|key)$"),
    ("a.key", r"\\.(pem|key)$"),
    (".bash_history", "[._]history$"),
]


def change(stage: Stage, **files: str) -> str:
    new = stage.repository.commit(stage.base, files={name: files[name] for name in files})
    return line(MAIN, old=stage.base, new=new)


@pytest.mark.parametrize(("path", "pattern"), SECRETS)
def test_a_new_file_may_not_look_like_a_secret(stage: Stage, path: str, pattern: str) -> None:
    PushRuleFactory.create(project=stage.project, prevent_secrets=True)

    assert stage.push(change(stage, **{path: "x"})) == (
        401,
        f'File name {path} was prohibited by the pattern "{pattern}".',
    )


@pytest.mark.parametrize("path", ["id_rsa.pub", "keys", "history", "README.md"])
def test_other_names_do_no_harm(stage: Stage, path: str) -> None:
    PushRuleFactory.create(project=stage.project, prevent_secrets=True)

    assert stage.push(change(stage, **{path: "x"})) == GRANTED


def test_the_list_of_secrets_comes_before_the_projects_own_pattern(stage: Stage) -> None:
    PushRuleFactory.create(project=stage.project, prevent_secrets=True, file_name_regex=r'\.exe"?$|id_rsa')

    assert stage.push(change(stage, id_rsa="x")) == (
        401,
        'File name id_rsa was prohibited by the pattern "id_rsa$".',
    )
    assert stage.push(change(stage, **{"a.exe": "x"})) == (
        401,
        r'File name a.exe was prohibited by the pattern "\\.exe\"?$|id_rsa".',
    )


def test_a_file_that_is_there_already_may_be_changed_and_removed(stage: Stage) -> None:
    old = stage.repository.set(MAIN, stage.repository.commit(stage.base, files={"id_rsa": "x"}))
    PushRuleFactory.create(project=stage.project, prevent_secrets=True)

    changed = stage.repository.commit(old, files={"id_rsa": "y"})
    removed = stage.repository.commit(changed, files={"id_rsa": ""})

    assert stage.push(line(MAIN, old=old, new=removed)) == GRANTED


def test_a_file_that_comes_and_goes_within_a_push_stays_in_the_history(stage: Stage) -> None:
    PushRuleFactory.create(project=stage.project, prevent_secrets=True)
    first = stage.repository.commit(stage.base, files={"id_rsa": "x"})
    second = stage.repository.commit(first, files={"id_rsa": ""})

    assert stage.push(line(MAIN, old=stage.base, new=second))[0] == 401


@pytest.mark.parametrize("roots", [1, 3])
def test_root_commits_are_looked_into_in_one_call(stage: Stage, roots: int) -> None:
    PushRuleFactory.create(project=stage.project, prevent_secrets=True)
    made = [stage.repository.commit(files={f"f{number}": "x"}) for number in range(roots)]
    bad = stage.repository.commit(files={"a/id_dsa": "x"})
    lines = [creation(f"refs/heads/{number}", new=new) for number, new in enumerate(made)]

    assert stage.push(*lines) == GRANTED
    assert stage.asked.count("FindChangedPaths") + stage.asked.count("ListFiles") == 1
    assert stage.push(*lines, creation("refs/heads/bad", new=bad)) == (
        401,
        'File name a/id_dsa was prohibited by the pattern "id_dsa$".',
    )


def test_an_annotated_tag_hides_nothing(stage: Stage) -> None:
    PushRuleFactory.create(project=stage.project, prevent_secrets=True)
    new = stage.repository.commit(stage.base, files={"id_rsa": "x"})
    tag = stage.repository.annotate("v1", new)

    assert stage.push(creation("refs/tags/v1", new=tag))[0] == 401
    assert stage.push(creation("refs/notes/x", new=new)) == GRANTED
    assert stage.push(
        creation("refs/notes/x", new=new),
        creation("refs/tags/v2", new=stage.repository.annotate("v2", stage.base)),
    ) == GRANTED  # fmt: skip


class TestPathLocks:
    SAID = (401, "'docs' is locked by @eve")

    @pytest.fixture(autouse=True)
    def _lock(self, stage: Stage) -> None:
        PathLockFactory.create(project=stage.project, user=UserFactory.create(username="eve"), path="docs")

    @pytest.mark.parametrize("path", ["docs", "docs/a", "docs/deep/a"])
    def test_nobody_else_changes_a_locked_path_or_what_is_below_it(self, stage: Stage, path: str) -> None:
        assert stage.push(change(stage, **{path: "x"})) == self.SAID

    def test_other_paths_and_other_branches_are_free(self, stage: Stage) -> None:
        new = stage.repository.commit(stage.base, files={"docs/a": "x"})

        assert stage.push(change(stage, **{"docs.txt": "x"})) == GRANTED
        assert stage.push(creation("refs/heads/other", new=new)) == GRANTED

    def test_a_branch_before_it_does_not_hide_what_the_default_branch_gets(self, stage: Stage) -> None:
        new = stage.repository.commit(stage.base, files={"docs/a": "x"})

        assert stage.push(creation("refs/heads/a", new=new), line(MAIN, old=stage.base, new=new)) == self.SAID

    def test_ones_own_lock_is_no_obstacle(self, stage: Stage) -> None:
        PathLockFactory.create(project=stage.project, user=stage.user, path="mine")

        assert stage.push(change(stage, **{"mine/a": "x"})) == GRANTED

    def test_locks_come_before_names(self, stage: Stage) -> None:
        PushRuleFactory.create(project=stage.project, prevent_secrets=True)

        assert stage.push(change(stage, **{"docs/id_rsa": "x"})) == self.SAID


class TestLfsLocks:
    @pytest.fixture(autouse=True)
    def _lock(self, stage: Stage) -> None:
        LfsFileLockFactory.create(
            project=stage.project, user=UserFactory.create(username="eve"), path="art/logo.png"
        )

    def test_exactly_the_locked_file_may_not_be_touched_on_any_branch(self, stage: Stage) -> None:
        new = stage.repository.commit(stage.base, files={"art/logo.png": "x"})

        assert stage.push(creation("refs/heads/any", new=new)) == (
            401,
            "'art/logo.png' is locked in Git LFS by @eve",
        )
        assert stage.push(change(stage, **{"art/logo.png.txt": "x", "art/b": "x"})) == GRANTED

    def test_without_lfs_there_are_no_such_locks(self, stage: Stage) -> None:
        stage.project.lfs_enabled = False
        stage.project.save()

        assert stage.push(change(stage, **{"art/logo.png": "x"})) == GRANTED

    def test_names_of_files_come_before_it(self, stage: Stage) -> None:
        PushRuleFactory.create(project=stage.project, prevent_secrets=True)

        said = stage.push(change(stage, **{"art/logo.png": "x", "id_rsa": "x"}))[1]

        assert said == 'File name id_rsa was prohibited by the pattern "id_rsa$".'


def test_the_order_of_changes_decides_which_failure_is_told(stage: Stage) -> None:
    PushRuleFactory.create(project=stage.project, prevent_secrets=True)
    good = stage.repository.commit(stage.base, files={"a": "x"})
    bad = stage.repository.commit(good, files={"id_rsa": "x"})
    hexadecimal = creation(f"refs/heads/{'a' * 40}", new=good)
    named = (401, "You cannot create a branch with a SHA-1 or SHA-256 branch name.")

    lines = [creation("refs/heads/1", new=good), hexadecimal, creation("refs/heads/2", new=bad)]

    assert stage.push(*lines) == named
    assert stage.push(*reversed(lines)) == (
        401,
        'File name id_rsa was prohibited by the pattern "id_rsa$".',
    )
