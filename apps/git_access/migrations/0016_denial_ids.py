"""Counted denials carry the ids of steps; until now they carried the first line of each step's docstring."""

from django.db import migrations
from django.db.models import F

IDS = {
    # Of classes, where no step had refused.
    "TooMany": "rate-limit",
    "Hidden": "repository-name",
    "Unavailable": "gitaly-unavailable",
    "Exhausted": "gitaly-exhausted",
    "NotCreated": "project-creation",
    # Of steps.
    "Step 3: there is such a snippet.": "snippet-exists",
    "Step 4: nothing is pushed during maintenance.": "maintenance-mode",
    "Step 5: whoever has two factors shows the second one for the key now and then.": "one-time-password",
    "Step 6: the instance, or the root group, may allow one protocol only.": "protocol",
    "Step 6b: a deploy key opens no snippet.": "snippet-actor",
    "Step 7: the key's type and length are allowed.": "key-allowed",
    "Step 8: the key's time is not over.": "key-unexpired",
    "Step 9: the account may use Git.": "account-active",
    "Step 9b: the credential is good for this kind of command.": "credential-reach",
    "Step 10: pulling or pushing over HTTP may be off.": "http-switched-on",
    "Step 11: there are three commands.": "known-command",
    "Step 12: nothing is pushed to a read-only instance.": "instance-writable",
    "Step 13: a certificate opens its own group only; a group may ask for certificates.": (
        "certificate-namespace"
    ),
    "Step 13b: the path of a project has a namespace in it.": "namespace-in-path",
    "Step 15: there is such a project or group.": "container-exists",
    "Step 16: the actor may know of the project.": "project-readable",
    "Step 16b: the actor may know of the group.": "group-readable",
    "Step 18: refuse when there is no repository.": "repository-exists",
    "Step 19: the actor may download.": "download-right",
    "Step 20: the repository is not read-only for now.": "repository-writable",
    "Step 21: neither the project nor a group above it is archived.": "not-archived",
    "Step 22: a deploy key is attached with the right to push.": "deploy-key-write-right",
    "Step 23: somebody pushes.": "pusher-known",
    "Step 24: the project is not larger than it may be already.": "size-before-push",
    "Step 24: the repository is not larger than it may be already.": "size-before-push",
    "Step 25: before the transfer; a deploy key has been looked at.": "project-push-right",
    "Of a wiki: its pages may be written.": "wiki-write-right",
    "Of a snippet: somebody pushes.": "snippet-pusher-known",
    "Of a snippet: it may be updated.": "snippet-update-right",
    "Of designs, for every command: they are managed on the web, by members.": "design-right",
    # Of the checks of a push.
    "A: whoever pushes has the push right.": "change-push-right",
    "B: the branch's name and protection allow the change.": "branch-rules",
    "Refuse what the branch's name or protection does not allow.": "branch-rules",
    "C: the tag's name and protection allow the change.": "tag-rules",
    "Refuse what the tag's name or protection does not allow.": "tag-rules",
    "D: nobody else has locked what a branch or tag touches, and its new files have names they may have.": (
        "path-rules"
    ),
    "E: the project has every object that a new pointer names.": "lfs-objects",
    "F: no new file is larger than the push rules allow.": "file-size",
    "G: branches, commits and tags follow the push rules.": "push-rules",
    "Step 27: the repository has room for the push.": "size-after-push",
    "No ref is deleted, and none is created beside the default branch; a tag is one, too.": "snippet-branch",
    "There is at least one file, and there are not too many.": "snippet-files",
    "The snippet has room for the push.": "snippet-size-after-push",
}


def rename(apps, schema_editor):
    """Give every row its id; counts of one hour that get the same id are added up."""
    latest = apps.get_model("git_access", "Denial").objects.using(schema_editor.connection.alias)
    for text, name in IDS.items():
        latest.filter(rule=text).update(rule=name)
    counts = apps.get_model("git_access", "DenialCount").objects.using(schema_editor.connection.alias)
    for row in counts.filter(reason__in=IDS).order_by("id"):
        named = counts.filter(hour=row.hour, reason=IDS[row.reason])
        if named.update(count=F("count") + row.count):
            row.delete(using=schema_editor.connection.alias)
        else:
            counts.filter(pk=row.pk).update(reason=IDS[row.reason])


class Migration(migrations.Migration):
    dependencies = [("git_access", "0015_push_receipts")]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
