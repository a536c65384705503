"""Files that Git LFS keeps beside the repositories."""

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from apps.directory.models import Project

OID = r"[0-9a-f]{64}"


def lfs_storage() -> Storage:
    """Return where the files lie."""
    return FileSystemStorage(location=settings.LFS_ROOT)


def name_of(oid: str) -> str:
    """Return where the file of an object lies: the first two bytes of its id are folders."""
    return f"{oid[:2]}/{oid[2:4]}/{oid[4:]}"


def file_name(lfs_object: "LfsObject", _filename: str) -> str:
    """Return where the file of an object lies, in the words of a file field."""
    return name_of(lfs_object.oid)


class FileStore(models.IntegerChoices):
    """Which store has the file of an object."""

    LOCAL = 1, "on disk"
    OBJECT_STORAGE = 2, "object storage"


class LfsObject(models.Model):
    """One file, known by the SHA-256 of its content; any number of projects may have it."""

    oid = models.CharField(
        "SHA-256", max_length=64, validators=[RegexValidator(rf"^{OID}\Z", "64 hex digits.")]
    )
    size = models.BigIntegerField()
    file = models.FileField(upload_to=file_name, storage=lfs_storage, max_length=255, blank=True)
    file_store = models.PositiveSmallIntegerField(choices=FileStore, default=FileStore.LOCAL)
    projects = models.ManyToManyField(
        Project, through="LfsObjectLink", related_name="lfs_objects", blank=True
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "LFS object"
        constraints = (
            models.UniqueConstraint(fields=["oid"], name="lfs_object_oid_unique"),
            models.CheckConstraint(condition=models.Q(size__gte=0), name="lfs_object_size_not_negative"),
        )

    def __str__(self) -> str:
        return self.oid


class LfsObjectLink(models.Model):
    """A project has an object."""

    lfs_object = models.ForeignKey(LfsObject, on_delete=models.CASCADE, related_name="links")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="lfs_object_links")

    class Meta:
        verbose_name = "LFS object of a project"
        verbose_name_plural = "LFS objects of projects"
        constraints = (
            models.UniqueConstraint(fields=["project", "lfs_object"], name="lfs_object_link_unique"),
        )

    def __str__(self) -> str:
        return f"{self.lfs_object} of {self.project}"
