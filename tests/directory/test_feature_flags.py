"""The flags meant for Gitaly, asked for one project or beside the rows of another query."""

import pytest

from apps.directory.feature_flags import flags_in, gitaly_flags, gitaly_flags_column
from apps.directory.models import FeatureFlag, Project
from tests.factories.directory import ProjectFactory

pytestmark = pytest.mark.django_db


def beside(project: Project) -> dict[str, bool]:
    row = Project.objects.annotate(flags=gitaly_flags_column("pk")).get(pk=project.pk)
    return flags_in(row.flags)  # type: ignore[attr-defined]  # the annotation


def test_both_ways_to_ask_agree_for_every_project() -> None:
    chosen, other = ProjectFactory.create(), ProjectFactory.create()
    FeatureFlag.objects.create(name="gitaly_for_all", enabled=True)
    FeatureFlag.objects.create(name="gitaly_for_none")
    FeatureFlag.objects.create(name="gitaly_for_one").projects.add(chosen)
    FeatureFlag.objects.create(name="gitaly_for_all_and_two", enabled=True).projects.add(chosen, other)
    FeatureFlag.objects.create(name="gitalyXnot", enabled=True)
    FeatureFlag.objects.create(name="other", enabled=True)

    expected = {
        "gitaly_for_all": True,
        "gitaly_for_none": False,
        "gitaly_for_one": True,
        "gitaly_for_all_and_two": True,
    }
    assert gitaly_flags(chosen) == beside(chosen) == expected
    assert gitaly_flags(other) == beside(other) == {**expected, "gitaly_for_one": False}


def test_without_flags_both_are_empty() -> None:
    project = ProjectFactory.create()

    assert gitaly_flags(project) == beside(project) == {}
