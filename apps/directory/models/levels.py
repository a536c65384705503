"""The numbers that GitLab gives to levels and visibilities; they are compared as numbers."""

from django.db import models


class AccessLevel(models.IntegerChoices):
    """What a member may do. ``MINIMAL`` counts nowhere."""

    NONE = 0, "No access"
    MINIMAL = 5, "Minimal access"
    GUEST = 10, "Guest"
    PLANNER = 15, "Planner"
    REPORTER = 20, "Reporter"
    SECURITY_MANAGER = 25, "Security manager"
    DEVELOPER = 30, "Developer"
    MAINTAINER = 40, "Maintainer"
    OWNER = 50, "Owner"


class Visibility(models.IntegerChoices):
    """Who may see a namespace, project or snippet."""

    PRIVATE = 0, "Private"
    INTERNAL = 10, "Internal"
    PUBLIC = 20, "Public"


class FeatureLevel(models.IntegerChoices):
    """For whom a feature of a project is available."""

    DISABLED = 0, "Disabled"
    PRIVATE = 10, "Members only"
    ENABLED = 20, "Everyone with access"
    PUBLIC = 30, "Everyone"


class BranchProtection(models.IntegerChoices):
    """How a namespace protects the first default branch of its projects."""

    NONE = 0, "Not protected"
    PARTIAL = 1, "Partially protected"
    FULL = 2, "Fully protected"
    DEVELOPERS_CAN_MERGE = 3, "Protected, developers can merge"
    AFTER_INITIAL_PUSH = 4, "Fully protected after the initial push"


class ProjectCreation(models.IntegerChoices):
    """Who may create projects in a group."""

    NOBODY = 0, "No one"
    MAINTAINERS = 1, "Maintainers"
    DEVELOPERS = 2, "Developers and maintainers"
    ADMINISTRATORS = 3, "Administrators"
    OWNERS = 4, "Owners"
