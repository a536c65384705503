from apps.core.gitaly import repository

OF_3 = "4e/07/4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce"


def test_the_path_of_a_project_is_hashed() -> None:
    assert repository.project_path(3) == f"@hashed/{OF_3}.git"


def test_a_wiki_lies_beside_its_project() -> None:
    assert repository.wiki_path(3) == f"@hashed/{OF_3}.wiki.git"


def test_designs_lie_beside_their_project() -> None:
    assert repository.design_path(3) == f"@hashed/{OF_3}.design.git"


def test_the_wiki_of_a_group_has_a_prefix_of_its_own() -> None:
    assert repository.group_wiki_path(3) == f"@groups/{OF_3}.wiki.git"


def test_a_snippet_has_a_prefix_of_its_own() -> None:
    assert repository.snippet_path(3) == f"@snippets/{OF_3}.git"
