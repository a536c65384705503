"""The feature flags that are meant for Gitaly."""

from django.db.models import Exists, OuterRef

from apps.directory.models import FeatureFlag, Project

PREFIX = "gitaly_"


def gitaly_flags(project: Project | None) -> dict[str, bool]:
    """Return every stored flag named ``gitaly_*``, evaluated for the project."""
    chosen = FeatureFlag.projects.through.objects.filter(featureflag=OuterRef("pk"), project=project)
    flags = FeatureFlag.objects.filter(name__startswith=PREFIX).annotate(chosen=Exists(chosen))
    return {flag.name: flag.enabled or flag.chosen for flag in flags}


def gitaly_features(flags: dict[str, bool]) -> dict[str, str]:
    """Return the flags as Gitaly's clients pass them on: dashes in the name, the value a text."""
    return {
        f"gitaly-feature-{name.removeprefix(PREFIX).replace('_', '-')}": "true" if on else "false"
        for name, on in sorted(flags.items())
    }
