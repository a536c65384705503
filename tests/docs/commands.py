"""Which commands there are."""

from django.core.management import get_commands, load_command_class

from apps.core.console import Noun


def exists(noun: str, verb: str = "") -> bool:
    """Whether there is a command of this name, and whether it has the verb if its commands are verbs."""
    if noun == "…":  # any command
        return True
    commands, name = get_commands(), noun.replace("-", "_")
    if name not in commands:
        return False
    command = load_command_class(commands[name], name)
    if not isinstance(command, Noun) or not verb:
        return True
    return all(one in command.get_subcommand().children for one in verb.split("|"))
