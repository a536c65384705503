"""What the pages of every app share: one look, lists that stay fast, and who may write."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from django.contrib.admin import AdminSite
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import DataError
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.core.admin_site import menu, roles, row_links, searches, secret_columns
from apps.core.admin_site.exports import CsvExport
from apps.core.admin_site.lists import CappedPaginator
from apps.core.admin_site.widgets import dress

if TYPE_CHECKING:  # unfold ships no types; its classes are Django's with another look
    from django.contrib.admin import ModelAdmin as _ModelAdmin
    from django.contrib.admin import StackedInline as _StackedInline
    from django.contrib.admin import TabularInline as _TabularInline
    from django.db.models.options import Options
else:
    from unfold.admin import ModelAdmin as _ModelAdmin
    from unfold.admin import StackedInline as _StackedInline
    from unfold.admin import TabularInline as _TabularInline

Row = TypeVar("Row", bound=Model)
Parent = TypeVar("Parent", bound=Model)


class RenamedOptions:
    """What is known of a model, with other words for its rows.

    No copy: Django caches in the options of a model how others refer to it, and a copy spoils that cache.
    """

    def __init__(self, options: Any, verbose_name: str, verbose_name_plural: str) -> None:
        self._options = options
        self.verbose_name = verbose_name
        self.verbose_name_plural = verbose_name_plural

    def __getattr__(self, name: str) -> Any:
        return getattr(self._options, name)


class ModelAdmin(CsvExport, _ModelAdmin[Row]):
    """The pages of one model.

    ``search_fields`` are whole lookups, such as ``title__startswith``. Each is asked on its own, so that each
    can use its index; a term is one text, not a row of words.
    """

    # What rows are called here, one and many, where their model is another's and has other words for them.
    row_names: ClassVar[tuple[str, str] | None] = None
    # What can be done with one row, on its page: the name of an action, and what its button says.
    row_actions: ClassVar[Mapping[str, str]] = {}
    change_form_outer_before_template = "admin/rows/head.html"
    show_full_result_count = False  # it counts every row of the table
    paginator = CappedPaginator
    list_per_page = 50
    compressed_fields = True
    warn_unsaved_form = True
    list_filter_submit = True

    def __init__(self, model: type[Row], site: AdminSite) -> None:
        super().__init__(model, site)
        if self.row_names:
            self.opts = cast("Options[Row]", RenamedOptions(self.opts, *self.row_names))

    def fixed_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """Return the fields that nobody writes here; what ``get_readonly_fields`` is elsewhere."""
        return tuple(super().get_readonly_fields(request, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return what nobody writes, and what this operator's role does not open."""
        fixed = tuple(self.fixed_fields(request, obj))
        opened = self._open_fields(request) if obj is not None else None
        if opened is None:
            return fixed
        kept = {*opened, *fixed, *secret_columns.of(self.model)}
        columns = (*self.opts.concrete_fields, *self.opts.many_to_many)
        return (*fixed, *(column.name for column in columns if column.editable and column.name not in kept))

    def _open_fields(self, request: HttpRequest) -> frozenset[str] | None:
        """Ask once for each request."""
        asked: dict[str, frozenset[str] | None] = request.__dict__.setdefault("_open_fields", {})
        label = self.opts.label_lower
        if label not in asked:
            asked[label] = roles.open_fields(request.user, label)
        return asked[label]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any
    ) -> type[ModelForm[Row]]:
        """Return the form with every field in the site's look."""
        form: type[ModelForm[Row]] = super().get_form(request, obj, change=change, **options)
        dress(form)
        return form

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Name the page as the menu does."""
        known = menu.place(self.opts.label_lower)
        named = {"title": known[1]} if known else {}
        return super().changelist_view(request, {**named, **(extra_context or {})})

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Build the list.

        Raises:
            IncorrectLookupParameters: a filter names a moment that no database has; Django finds the others.
        """
        try:
            return super().get_changelist_instance(request)
        except (ValueError, OverflowError, DataError) as error:
            if not request.GET:
                raise
            raise IncorrectLookupParameters from error

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *arguments: Any, **named: Any
    ) -> HttpResponse:
        """Add where the row leads, and what can be done with it."""
        row = context.get("original")
        if row is not None:
            context["row_links"] = row_links.of(row, request)
            context["row_actions"] = self._actions_for_one(request, row)
        return super().render_change_form(request, context, *arguments, **named)

    def offers(self, action: str, row: Any) -> bool:
        """Whether an action makes sense for a row as it is."""
        return True

    def _actions_for_one(self, request: HttpRequest, row: Any) -> list[dict[str, str]]:
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        offered = self.get_actions(request)
        return [
            {"name": name, "title": title, "url": url}
            for name, title in self.row_actions.items()
            if name in offered and self.offers(name, row)
        ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Keep the rows that any of the lookups finds."""
        term = search_term.strip()
        return (searches.keep(queryset, self.searched(term)) if term else queryset), False

    def searched(self, term: str) -> list[QuerySet[Any]]:
        """Return what each lookup finds."""
        return searches.by_lookups(self.model, self.search_fields, term)


class TabularInline(_TabularInline[Row, Parent]):
    """Rows of another model, as a table on a page."""

    extra = 0
    tab = True


class StackedInline(_StackedInline[Row, Parent]):
    """Rows of another model, one below the other on a page."""

    extra = 0
    tab = True


class Unchangeable:
    """What machines have written is looked at, and at most removed."""

    warn_unsaved_form: ClassVar[bool] = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(Unchangeable):
    """What machines have written is only to be looked at."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
