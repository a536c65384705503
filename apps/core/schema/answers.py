"""The shapes that many endpoints share, above all those of refusals."""

from apps.core.schema.json_schema import (
    BOOLEAN,
    TEXT,
    array,
    closed,
    constant,
    mapping,
    reference,
)
from apps.core.schema.operations import Answer, JsonSchema

COMPONENTS: dict[str, JsonSchema] = {
    "Message": closed({"message": TEXT}, description="A refusal, with a text for a person."),
    "Error": closed(
        {"error": TEXT}, description="A refusal by the framework, or what is wrong with parameters."
    ),
    "MessageOrError": {"anyOf": [reference("Message"), reference("Error")]},
    "InvalidModel": closed(
        {"message": mapping({"anyOf": [array(TEXT), TEXT]})},
        description="What was asked for would break a rule: texts by attribute.",
    ),
    "AccessRefused": closed(
        {"status": constant(False), "message": TEXT}, description="A Git command that may not run."
    ),
    "PoliteRefusal": closed(
        {"success": constant(False), "message": TEXT},
        description="A refusal for the person at the terminal, under status 200.",
    ),
    "TokenRefused": closed(
        {"error": TEXT, "error_description": TEXT, "scope": TEXT},
        optional=("scope",),
        description="A token that has ended, or whose scopes do not suffice.",
    ),
    "Accepted": constant(200),
}


def message(status: int, description: str) -> Answer:
    """A refusal whose text stands under ``message``."""
    return Answer(status, description, reference("Message"))


def error(status: int, description: str) -> Answer:
    """A refusal whose text stands under ``error``."""
    return Answer(status, description, reference("Error"))


def no_content(description: str) -> Answer:
    """204."""
    return Answer(204, description)


def polite(success: JsonSchema, description: str) -> Answer:
    """200 either way: the success, or a text that says why not."""
    return Answer(200, description, {"anyOf": [success, reference("PoliteRefusal")]})


UNREADABLE_GIT = (
    message(400, "A parameter is missing or invalid, or the body cannot be read."),
    message(415, "The body is of another media type."),
)
UNREADABLE = (
    Answer(
        400, "A parameter is missing or invalid, or the body cannot be read.", reference("MessageOrError")
    ),
    error(415, "The body is of another media type."),
)
EVERYWHERE = (
    Answer(413, "The body is larger than it may be, or has too many fields.", reference("MessageOrError")),
    message(500, "An unforeseen failure; the log says which."),
    message(503, "The database does not answer in time."),
)
SUCCESS = closed({"success": BOOLEAN})
