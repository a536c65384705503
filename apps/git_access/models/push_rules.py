"""What the commits, files and names of a push must look like."""

from django.core.exceptions import ValidationError
from django.db import models

from apps.directory.models import Namespace, Project
from apps.git_access.matching import patterns


class PushRuleScope(models.TextChoices):
    """For whom a set of rules is; the nearest set counts, as a whole."""

    INSTANCE = "instance", "Instance"
    GROUP = "group", "Group"
    PROJECT = "project", "Project"


def check_pattern(value: str) -> None:
    """Refuse what is no RE2 pattern."""
    try:
        patterns.check(value)
    except patterns.InvalidPattern as invalid:
        raise ValidationError(str(invalid)) from invalid


# What a project or group may leave to the instance.
INHERITED = ("reject_unsigned_commits", "commit_committer_check", "reject_non_dco_commits")


class PushRule(models.Model):
    """One set of rules: of the instance, a group or a project."""

    scope = models.CharField(max_length=8, choices=PushRuleScope)
    group = models.OneToOneField(
        Namespace, null=True, blank=True, on_delete=models.CASCADE, related_name="push_rule"
    )
    project = models.OneToOneField(
        Project, null=True, blank=True, on_delete=models.CASCADE, related_name="push_rule"
    )
    branch_name_regex = models.CharField(max_length=511, blank=True, validators=[check_pattern])
    commit_message_regex = models.CharField(max_length=511, blank=True, validators=[check_pattern])
    commit_message_negative_regex = models.CharField(
        "forbidden in commit messages", max_length=511, blank=True, validators=[check_pattern]
    )
    author_email_regex = models.CharField(
        "addresses of author and committer", max_length=511, blank=True, validators=[check_pattern]
    )
    file_name_regex = models.CharField(
        "forbidden file names", max_length=511, blank=True, validators=[check_pattern]
    )
    prevent_secrets = models.BooleanField("forbid files that look like secrets", default=False)
    max_file_size = models.PositiveIntegerField("largest file", default=0, help_text="MiB; 0 is no limit.")
    commit_committer_check = models.BooleanField(
        "committer is the pusher", null=True, blank=True, help_text="Unknown: as the instance says."
    )
    commit_committer_name_check = models.BooleanField("author has the pusher's name", default=False)
    reject_non_dco_commits = models.BooleanField(
        "commits are signed off", null=True, blank=True, help_text="Unknown: as the instance says."
    )
    reject_unsigned_commits = models.BooleanField(
        "commits carry a signature", null=True, blank=True, help_text="Unknown: as the instance says."
    )
    member_check = models.BooleanField("authors are users", default=False)
    deny_delete_tag = models.BooleanField("tags stay", default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(scope=PushRuleScope.INSTANCE, group=None, project=None)
                | models.Q(scope=PushRuleScope.GROUP, group__isnull=False, project=None)
                | models.Q(scope=PushRuleScope.PROJECT, group=None, project__isnull=False),
                name="push_rule_scope_names_its_owner",
            ),
            models.UniqueConstraint(
                fields=["scope"],
                condition=models.Q(scope=PushRuleScope.INSTANCE),
                name="push_rule_one_for_the_instance",
            ),
        )

    def __str__(self) -> str:
        owner = self.project or self.group
        return f"Push rules of {owner}" if owner else "Push rules of the instance"
