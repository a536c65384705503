"""``manage.py access explain``: why a Git command may or may not run, and the rule that decides."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, Literal

import typer
from django.core.management import CommandError
from django.utils import timezone
from django_typer.management import command

from apps.core.console import Json, Noun, present
from apps.git_access.access import explain
from apps.git_access.access.explain import (
    ExplainedStep,
    ExplainQuestion,
    Explanation,
    StepOutcome,
    Unanswerable,
)
from apps.git_access.context.attempt import Action

GitAction = Annotated[
    Action | None, typer.Option(help="The Git command; a push if --ref is given, else a pull.")
]
PushedRef = Annotated[str, typer.Option(help="Of a push: main, or a whole name such as refs/tags/v1.")]
Nobody = Annotated[bool, typer.Option("--anonymous", help="Nobody in particular.")]
All = Annotated[bool, typer.Option("--all", help="Print every rule, not only the one that decides.")]

_MARKS = {
    StepOutcome.PASSED: "+",
    StepOutcome.REFUSED: "!",
    StepOutcome.UNDECIDED: "?",
    StepOutcome.NOT_REACHED: " ",
}


class Command(Noun):
    help = "Say why somebody may or may not use a repository."

    @command(
        help="Say why a Git command may or may not run; ends with 1 if it may not. Writes nothing.\n\n"
        "Example: manage.py access explain --project acme/hammer --user bob --ref main"
    )
    def explain(
        self,
        project: Annotated[str, typer.Option(metavar="PATH", help="The path as typed.")],
        key: Annotated[int | None, typer.Option(metavar="ID", help="The SSH key.")] = None,
        user: Annotated[str | None, typer.Option(metavar="USERNAME", help="A user without a key.")] = None,
        anonymous: Nobody = False,
        action: GitAction = None,
        ref: PushedRef = "",
        old: Annotated[str | None, typer.Option(help="Where the ref is; found out if left out.")] = None,
        new: Annotated[str | None, typer.Option(help="Where it shall be; found out if left out.")] = None,
        protocol: Annotated[Literal["ssh", "http", "web"], typer.Option(help="How Git comes.")] = "ssh",
        ip: Annotated[str | None, typer.Option(help="The address that the command comes from.")] = None,
        every_rule: All = False,
        as_json: Json = False,
    ) -> None:
        if key is not None and user is not None:
            raise typer.BadParameter("--key and --user exclude each other.")
        who = ExplainQuestion(
            project=project, key=key, user=user, anonymous=anonymous, protocol=protocol, ip=ip
        )
        explanation = _answer(replace(who, action=action or "", ref=ref, old=old, new=new))
        lines = _lines(explanation, every_rule=every_rule)
        present(self, _facts(explanation), lines, as_json=as_json)
        if not explanation.allowed:
            raise typer.Exit(1)


def _answer(question: ExplainQuestion) -> Explanation:
    try:
        return explain.answer(question, now=timezone.now())
    except Unanswerable as fault:
        raise CommandError(str(fault)) from None


def _lines(explanation: Explanation, *, every_rule: bool) -> Iterator[str]:
    yield explanation.answer
    deciding = explanation.deciding
    if deciding:
        yield f"{explanation.deciding_as}: {deciding.text} ({deciding.id})."
    if explanation.said_by_git:
        yield f"What Git says: {explanation.said_by_git}"
    yield ""
    if every_rule:
        for rule in explanation.rules:
            yield from _rule_lines(rule)
    else:
        passed = sum(rule.outcome == StepOutcome.PASSED for rule in explanation.rules)
        yield f"{passed} of {len(explanation.rules)} rules passed; --all lists them."


def _rule_lines(rule: ExplainedStep) -> Iterator[str]:
    yield f"{_MARKS[rule.outcome]} {rule.text} ({rule.id}): {rule.outcome}"
    for title, outcome in rule.parts:
        yield f"    {_MARKS[outcome]} {title}"


def _facts(explanation: Explanation) -> dict[str, Any]:
    deciding = explanation.deciding
    return {
        "allowed": explanation.allowed,
        "sentence": explanation.sentence,
        "decided_by": deciding.id if deciding else None,
        "message": explanation.message or None,
        "rules": [
            {
                "id": rule.id,
                "rule": rule.text,
                "outcome": rule.outcome,
                "parts": [{"title": title, "outcome": outcome} for title, outcome in rule.parts],
            }
            for rule in explanation.rules
        ],
    }
