"""Push options as they are understood."""

from typing import Any

import pytest

from apps.git_access.pushes.push_options import parse


@pytest.mark.parametrize(
    ("raw", "parsed"),
    [
        ([], {}),
        (["merge_request.create"], {"merge_request": {"create": True}}),
        (["mr.create"], {"merge_request": {"create": True}}),
        (["merge_request.create="], {"merge_request": {"create": True}}),
        ([" mr . target = main "], {"merge_request": {"target": "main"}}),
        (["mr.title=a=b.c"], {"merge_request": {"title": "a=b.c"}}),
        (["mr.title=one", "mr.title=two"], {"merge_request": {"title": "two"}}),
        (
            ["mr.label=a", "merge_request.label=b", "mr.label=a", "mr.label"],
            {"merge_request": {"label": {"a": 2, "b": 1, "true": 1}}},
        ),
        (["ci.skip", "ci.variable=A=1"], {"ci": {"skip": True, "variable": {"A=1": 1}}}),
        (["integrations.skip_ci"], {"integrations": {"skip_ci": True}}),
        (["secret_detection.skip_all"], {"secret_detection": {"skip_all": True}}),
        (["secret_push_protection.skip_all"], {"secret_push_protection": {"skip_all": True}}),
        (["security_policy.bypass_reason=why"], {"security_policy": {"bypass_reason": "why"}}),
        (["nonsense", "x.y", "ci.unknown", "mr.", ".create", "", "="], {}),
        (["ci.create", "merge_request.skip"], {}),
    ],
)
def test_options_are_understood(raw: list[str], parsed: dict[str, Any]) -> None:
    options = parse(raw)

    assert (options.raw, options.parsed) == (tuple(raw), parsed)


def test_the_context_can_skip_pipelines() -> None:
    assert parse([], skip_ci=True).parsed == {"ci": {"skip": True}}
    assert parse(["ci.input=a"], skip_ci=True).parsed == {"ci": {"input": {"a": 1}, "skip": True}}


def test_an_option_without_value_has_no_text() -> None:
    options = parse(["mr.target", "mr.title=t"])

    assert (options.text("target"), options.text("title"), options.text("label")) == (None, "t", None)
