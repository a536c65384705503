"""The steps as values: ids that never change, texts for people, and rules that read nothing by themselves."""

import re
from pathlib import Path

from apps.git_access.access import pipeline
from apps.git_access.context.step import AnyStep

# Metrics, log lines and stored counts carry them: one that is gone or renamed splits history.
IDS = """
account-active branch-rules certificate-namespace change-push-right container-exists credential-reach
deploy-key-write-right
design-right download-right file-size group-readable http-switched-on instance-writable key-allowed
key-unexpired known-command lfs-objects maintenance-mode namespace-in-path not-archived one-time-password
path-rules project-creation project-push-right project-readable protocol push-rules pusher-known
repository-exists repository-writable size-after-push size-before-push snippet-actor snippet-branch
snippet-exists snippet-files snippet-pusher-known snippet-size-after-push snippet-update-right tag-rules
wiki-write-right
"""


def steps() -> list[AnyStep]:
    groups = (pipeline.BEFORE, pipeline.PULL, pipeline.DESIGN, *pipeline.PUSH.values())
    return [step for stages in groups for stage in stages for step in stage.steps]


def test_no_id_is_lost_or_given_twice() -> None:
    assert sorted(pipeline.FAULTS) == IDS.split()
    by_id: dict[str, AnyStep] = {}
    for step in steps():
        assert by_id.setdefault(step.id, step) is step


def test_texts_are_parts_of_sentences() -> None:
    for step in steps():
        for text in (step.text, step.fault):
            assert re.fullmatch(r"([a-z]|LFS).*[^.]", text), text
            assert "step " not in text.lower()


def test_rules_are_handed_what_they_read() -> None:
    policy = Path(__file__).parents[2] / "apps" / "git_access" / "policy"
    for module in policy.rglob("*.py"):
        source = module.read_text()
        assert "django.conf" not in source, module
        assert ".objects" not in source, module
