"""Adding, finding and removing webhooks: what an address must be like, whoever writes it."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from apps.core.encryption import Encrypted
from apps.directory.models import Project
from apps.git_access.models import Webhook
from apps.git_access.pushes.after.webhooks import destinations

SCHEMES = ("http", "https")


class UnknownWebhook(LookupError):
    """No webhook has this id."""

    def __init__(self, webhook_id: int) -> None:
        super().__init__(f"There is no webhook {webhook_id}.")


def check_url(url: str) -> None:
    """Let pass an address that messages can be sent to.

    Raises:
        ValidationError: it is none, or its host is one that no resolver could be asked for.
    """
    URLValidator(SCHEMES)(url)
    try:
        destinations.ascii_url(url)
    except UnicodeError:
        raise ValidationError("The host is not legal as a name.") from None


def add(*, project: Project, url: str, tag_push_events: bool = False, secret: str = "") -> Webhook:
    """Tell an address about the pushes of a project; a secret signs the messages.

    Raises:
        ValidationError: the address is none.
        NoEncryptionKey: the secret cannot be kept.
    """
    try:
        check_url(url)
    except ValidationError as fault:
        raise ValidationError({"url": fault}) from fault
    hook = Webhook(project=project, url=url, tag_push_events=tag_push_events)
    if secret:
        hook.secret = Encrypted.of(secret)
    hook.clean_fields(exclude=["secret"])
    hook.save()
    return hook


def find(webhook_id: int) -> Webhook:
    """Return a webhook with its project.

    Raises:
        UnknownWebhook: there is none.
    """
    hook = Webhook.objects.select_related("project__route").filter(pk=webhook_id).first()
    if hook is None:
        raise UnknownWebhook(webhook_id)
    return hook
