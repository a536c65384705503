"""The user's command line, as sshd hands it over: ``SSH_ORIGINAL_COMMAND``."""

import shlex

from tests.gitaly_double.shell.errors import Disallowed

SEPARATORS = ";|&<>"


def split(command: str) -> list[str]:
    """Split like a shell; everything from an unquoted separator on is dropped."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=SEPARATORS)
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    try:
        for word in lexer:
            if word and set(word) <= set(SEPARATORS):
                break
            words.append(word)
    except ValueError as error:
        raise Disallowed("Invalid SSH command") from error
    if words[:1] == ["git"] and len(words) > 1:
        words[:2] = [f"git-{words[1]}"]
    return words
