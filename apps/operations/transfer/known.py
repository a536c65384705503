"""Which rows there are, by what they are known by."""

from apps.operations.transfer.kinds import BY_NAME, Identity, identity


class Known:
    """The ids of all rows, read kind by kind when one is first asked for."""

    def __init__(self) -> None:
        self._ids: dict[str, dict[Identity, int]] = {}

    def find(self, kind: str, row: Identity) -> int | None:
        """Return the id of a row, or ``None``."""
        return self._of(kind).get(row)

    def add(self, kind: str, row: Identity, pk: int) -> None:
        """Remember a row that was made."""
        self._of(kind)[row] = pk

    def _of(self, name: str) -> dict[Identity, int]:
        if name not in self._ids:
            kind = BY_NAME[name]
            lookups = [kind.lookups[part] for part in kind.key]
            rows = kind.model._default_manager.values_list("pk", *lookups)
            self._ids[name] = {
                identity(zip(kind.key, values, strict=True)): pk for pk, *values in rows.iterator()
            }
        return self._ids[name]
