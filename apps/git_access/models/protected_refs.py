"""Rules that protect branches and tags by name or wildcard."""

from django.conf import settings
from django.db import models

from apps.directory.models import Namespace, Project
from apps.ssh_keys.models import Key

# What a row may name by level: nobody, a role in the project, or instance administrators.
ROW_LEVELS = (
    (0, "No one"),
    (30, "Developers and maintainers"),
    (40, "Maintainers"),
    (60, "Administrators"),
)


class ProtectedBranch(models.Model):
    """A rule over the branches that its name or wildcard matches."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="protected_branches")
    name = models.CharField(max_length=255, help_text="'*' stands for any run of characters.")
    allow_force_push = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["project", "name"], name="protected_branch_unique"),
            models.CheckConstraint(condition=~models.Q(name=""), name="protected_branch_named"),
        )
        verbose_name_plural = "protected branches"

    def __str__(self) -> str:
        return f"{self.name} of {self.project}"


class ProtectedTag(models.Model):
    """A rule over the tags that its name or wildcard matches."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="protected_tags")
    name = models.CharField(max_length=255, help_text="'*' stands for any run of characters.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["project", "name"], name="protected_tag_unique"),
            models.CheckConstraint(condition=~models.Q(name=""), name="protected_tag_named"),
        )

    def __str__(self) -> str:
        return f"{self.name} of {self.project}"


class ProtectedRefAccess(models.Model):
    """One row of a rule: whom it lets pass. Exactly one of level, user, group and deploy key."""

    access_level = models.PositiveSmallIntegerField(choices=ROW_LEVELS, null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    group = models.ForeignKey(Namespace, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    deploy_key = models.ForeignKey(Key, null=True, blank=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True
        constraints = (
            models.CheckConstraint(
                condition=models.Q(access_level__isnull=False, user=None, group=None, deploy_key=None)
                | models.Q(access_level=None, user__isnull=False, group=None, deploy_key=None)
                | models.Q(access_level=None, user=None, group__isnull=False, deploy_key=None)
                | models.Q(access_level=None, user=None, group=None, deploy_key__isnull=False),
                name="%(class)s_names_one",
            ),
        )

    def __str__(self) -> str:
        if self.access_level is not None:
            return self.get_access_level_display() or str(self.access_level)
        return str(self.user or self.group or self.deploy_key)


class BranchRight(models.TextChoices):
    """What a row of a protected branch grants."""

    PUSH = "push", "Push"
    MERGE = "merge", "Merge"


class ProtectedBranchAccess(ProtectedRefAccess):
    """Who may push to, or merge into, the branches of a rule."""

    rule = models.ForeignKey(ProtectedBranch, on_delete=models.CASCADE, related_name="access")
    right = models.CharField(max_length=8, choices=BranchRight)

    class Meta(ProtectedRefAccess.Meta):
        verbose_name_plural = "protected branch access"


class ProtectedTagAccess(ProtectedRefAccess):
    """Who may create the tags of a rule."""

    rule = models.ForeignKey(ProtectedTag, on_delete=models.CASCADE, related_name="access")

    class Meta(ProtectedRefAccess.Meta):
        verbose_name_plural = "protected tag access"
