"""What the client says about commits, files and blobs."""

from dataclasses import replace

import pytest

from apps.core.gitaly.failures import GitalyRefusedRequest, RepositoryNotFound, RevisionNotFound
from apps.core.gitaly.objects import Blob, ChangedPath, Commit, LfsPointer, PathStatus, Signature
from tests.gitaly.doubles import REPOSITORY, Stage, StartDouble
from tests.gitaly.workspaces import ZEROS, Workspace
from tests.gitaly_double.versions import Version

OID = "a" * 64
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 12345\n"


def test_a_missing_commit_is_no_missing_repository(stage: Stage) -> None:
    absent = Commit(
        id="1" * 40,
        message="",
        message_is_whole=True,
        author=Signature("", ""),
        committer=Signature("", ""),
        parent_ids=("2" * 40,),
        tree_id="3" * 40,
        signed=False,
    )

    with pytest.raises(RevisionNotFound, match="commit not found") as missing:
        stage.client().find_changed_paths([absent])
    stage.client().remove_repository()
    with pytest.raises(RepositoryNotFound):
        stage.client().find_changed_paths([absent])

    assert missing.value.cause is not None


def test_new_commits_are_those_that_no_ref_leads_to(stage: Stage, workspace: Workspace) -> None:
    workspace.commit()
    workspace.seed(stage.path, "main")
    new = [workspace.commit(f"Change {number}") for number in range(7)]
    workspace.seed(stage.path, "main:refs/heads/other")
    workspace.git("push", "--quiet", str(stage.path), "--delete", "other")

    commits = stage.client().list_commits([new[-1], "--not", "--all"])

    assert [commit.id for commit in commits] == new[::-1]


def test_a_commit_says_who_made_it_and_what_for(stage: Stage, workspace: Workspace) -> None:
    parent = workspace.commit()
    new = workspace.commit("Say hello\n\nBecause we are polite.", hello="hello")
    workspace.seed(stage.path, "main")

    commit = stage.client().list_commits([new])[0]

    alice = Signature("Alice", "alice@example.com")
    assert commit.message == "Say hello\n\nBecause we are polite.\n"
    assert commit.message_is_whole
    assert (commit.author, commit.committer) == (alice, alice)
    assert commit.parent_ids == (parent,)
    assert commit.tree_id == workspace.git("rev-parse", f"{new}^{{tree}}")
    assert not commit.signed


@pytest.mark.parametrize("kind", ["PGP SIGNATURE", "SSH SIGNATURE", "SIGNED MESSAGE"])
def test_a_signed_commit_is_known_as_such(stage: Stage, workspace: Workspace, kind: str) -> None:
    raw = workspace.git("cat-file", "commit", workspace.commit())
    head, _, body = raw.partition("\n\n")
    signed = f"{head}\ngpgsig -----BEGIN {kind}-----\n abc\n -----END {kind}-----\n\n{body}\n"
    new = workspace.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=signed)
    workspace.seed(stage.path, f"{new}:refs/heads/main")

    assert stage.client().list_commits([new])[0].signed


def test_a_long_message_is_cut_and_can_be_had_whole(stage: Stage, workspace: Workspace) -> None:
    long = "A long story\n\n" + "and then\n" * 2000
    first, second = workspace.commit("Short"), workspace.commit(long)
    workspace.seed(stage.path, "main")

    commit = stage.client().list_commits([second])[0]
    messages = stage.client().get_commit_messages([first, second])

    assert not commit.message_is_whole
    assert long.startswith(commit.message)
    assert messages == {first: "Short\n", second: long}


def test_a_message_that_is_not_utf_8_is_still_text(stage: Stage, workspace: Workspace) -> None:
    workspace.git("config", "i18n.commitEncoding", "ISO-8859-1")
    raw = workspace.git("cat-file", "commit", workspace.commit())
    (workspace.path / ".git" / "raw").write_bytes(raw.encode() + b"gr\xfc\xdfe\n")
    new = workspace.git("hash-object", "-t", "commit", "-w", ".git/raw")
    workspace.seed(stage.path, f"{new}:refs/heads/main")

    assert stage.client().list_commits([new])[0].message.endswith("gr\ufffd\ufffde\n")


def test_no_commits_have_no_messages(stage: Stage) -> None:
    assert stage.client().get_commit_messages([]) == {}


def test_the_files_of_a_commit_are_listed(stage: Stage, workspace: Workspace) -> None:
    new = workspace.commit(a="1", b="2", c="3", d="4")
    workspace.seed(stage.path, "main")

    assert stage.client().list_files(new) == ("a", "b", "c", "d")
    assert stage.client().list_files("1" * 40) == ()


def test_changed_paths_say_what_happened(stage: Stage, workspace: Workspace) -> None:
    workspace.commit(kept="1", edited="1", removed="1")
    workspace.git("rm", "--quiet", "removed")
    new = workspace.commit(edited="2", added="1")
    workspace.seed(stage.path, "main")

    paths = stage.client().find_changed_paths(stage.client().list_commits([new, "--not", f"{new}~"]))

    assert paths == (
        ChangedPath("added", PathStatus.ADDED),
        ChangedPath("edited", PathStatus.MODIFIED),
        ChangedPath("removed", PathStatus.DELETED),
    )


@pytest.mark.parametrize("version", [Version(14, 1), Version(16, 0), Version(19, 0)], ids=str)
def test_a_root_commit_adds_all_its_files_on_every_version(
    start_double: StartDouble, workspace: Workspace, version: Version
) -> None:
    stage = start_double(version=version).create()
    new = workspace.commit(a="1", b="2")
    workspace.seed(stage.path, "main")

    paths = stage.client().find_changed_paths(stage.client().list_commits([new]))

    assert paths == (ChangedPath("a", PathStatus.ADDED), ChangedPath("b", PathStatus.ADDED))


def test_a_merge_changes_only_what_no_parent_has(stage: Stage, workspace: Workspace) -> None:
    workspace.commit(shared="0")
    workspace.git("checkout", "--quiet", "-b", "side")
    workspace.commit(side="1", shared="side")
    workspace.git("checkout", "--quiet", "main")
    workspace.commit(main="1")
    workspace.git("merge", "--quiet", "--no-commit", "side")
    merge = workspace.commit("Merge", shared="both", extra="1")
    workspace.seed(stage.path, "main")

    paths = stage.client().find_changed_paths(stage.client().list_commits([merge])[:1])

    assert paths == (ChangedPath("extra", PathStatus.ADDED), ChangedPath("shared", PathStatus.MODIFIED))


def test_lfs_pointers_name_the_files_they_stand_for(stage: Stage, workspace: Workspace) -> None:
    new = workspace.commit(big=POINTER, small="text", broken=POINTER.replace("size", "length"))
    workspace.seed(stage.path, "main")

    pointers = stage.client().list_lfs_pointers([new])

    assert pointers == (LfsPointer(workspace.git("rev-parse", "HEAD:big"), OID, 12345),)


def test_blobs_have_a_size_and_a_path(stage: Stage, workspace: Workspace) -> None:
    workspace.commit(old="1")
    new = workspace.commit(a="1234", b="x" * 20000)
    workspace.seed(stage.path, "main")

    blobs = stage.client().list_blobs([new, "--not", f"{new}~"])

    assert blobs == (
        Blob(workspace.git("rev-parse", "HEAD:a"), 4, "a"),
        Blob(workspace.git("rev-parse", "HEAD:b"), 20000, "b"),
    )


def test_a_repository_has_a_size_in_bytes(stage: Stage, workspace: Workspace) -> None:
    empty = stage.client().repository_size()
    workspace.commit(a="".join(map(str, range(5000))))
    workspace.seed(stage.path, "main")

    size = stage.client().repository_size()

    assert size > empty
    assert size % 1024 == 0


def test_only_a_quarantine_has_a_size_of_its_own(stage: Stage) -> None:
    incoming = stage.path / "objects/incoming"
    incoming.mkdir()
    (incoming / "pack").write_bytes(b"x" * 5000)
    quarantined = replace(REPOSITORY, git_object_directory="objects/incoming")

    size = stage.client(repository=quarantined).get_object_directory_size()

    assert size == 4096
    with pytest.raises(GitalyRefusedRequest, match="object directory path is not set"):
        stage.client().get_object_directory_size()


def test_head_is_set_to_a_branch_that_need_not_exist(stage: Stage, workspace: Workspace) -> None:
    stage.client().set_default_branch("trunk")

    assert (stage.path / "HEAD").read_text() == "ref: refs/heads/trunk\n"


def test_zeros_are_no_commit(stage: Stage, workspace: Workspace) -> None:
    new = workspace.commit()
    workspace.seed(stage.path, "main")

    assert not stage.client().commit_is_ancestor(ancestor=ZEROS, child=new)
