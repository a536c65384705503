"""The feature flags that are meant for Gitaly."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Aggregate, Exists, ExpressionWrapper, JSONField, OuterRef, Q, Subquery, Value
from django.db.models.fields import BooleanField
from django.db.models.sql.compiler import SQLCompiler

from apps.directory.models import FeatureFlag, Project

PREFIX = "gitaly_"


class _JSONObject(Aggregate):
    """Keys and values of all rows in one JSON object."""

    function = "jsonb_object_agg"
    output_field = JSONField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """SQLite has another name for it."""
        return self.as_sql(compiler, connection, function="json_group_object", **context)


def gitaly_flags_column(project: str) -> Subquery:
    """Return a column with the flags of each row's project, whose id is in the column ``project``.

    With it a query about a project needs no second one; :func:`flags_in` reads it.
    """
    chosen = FeatureFlag.projects.through.objects.filter(
        featureflag=OuterRef("pk"), project=OuterRef(OuterRef(project))
    )
    on = ExpressionWrapper(Q(enabled=True) | Q(Exists(chosen)), output_field=BooleanField())
    flags = FeatureFlag.objects.filter(name__startswith=PREFIX).annotate(on=on)
    # The constant keeps the rows together: without it there would be one object for each.
    return Subquery(flags.values(all=Value(1)).annotate(column=_JSONObject("name", "on")).values("column"))


def flags_in(column: dict[str, Any] | None) -> dict[str, bool]:
    """Read the column: SQLite's booleans are numbers, and PostgreSQL's object of nothing is ``null``."""
    return {name: bool(on) for name, on in (column or {}).items()}


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
