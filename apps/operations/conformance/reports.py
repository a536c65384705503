"""The results for people and for programs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from apps.operations.conformance.runner import Result, Verdict


def lines(results: Sequence[Result]) -> Iterator[str]:
    """Yield a table of all checks, the differences below theirs, and a sum."""
    width = max((len(result.check.name) for result in results), default=0)
    for result in results:
        reason = f"  ({result.reason})" if result.reason else ""
        yield f"{result.check.name:<{width}}  {result.verdict}{reason}"
        for found in result.differences:
            yield f"    {found.what}"
            yield f"      expected  {found.expected}"
            yield f"      seen      {found.seen}"
        if result.differences:
            yield f"      contract  {result.check.reference}"
    yield ""
    yield ", ".join(f"{count} {verdict}" for verdict, count in _counted(results).items())


def facts(url: str, results: Sequence[Result]) -> dict[str, Any]:
    """Return the same as plain values."""
    return {
        "url": url,
        **_counted(results),
        "checks": [
            {
                "name": result.check.name,
                "result": str(result.verdict),
                "reference": result.check.reference,
                "reason": result.reason,
                "differences": [asdict(found) for found in result.differences],
            }
            for result in results
        ],
    }


def _counted(results: Sequence[Result]) -> dict[str, int]:
    counts = Counter(result.verdict for result in results)
    return {str(verdict): counts[verdict] for verdict in Verdict}
