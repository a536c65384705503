#!/usr/bin/env bash
# google-re2 answers for bytes with a third of the work that it needs for a str, also where all is ASCII.
#
# Seen with google-re2 1.1.20251105, pattern `^(topic|main)`, text `topic/1`: a search of a str calls 11 functions of C,
# one of bytes 4. RE2 knows bytes only, so for a str the wrapper encodes the text and counts the characters before the
# begin and the end of each match; at the end of a long text that takes longer than the search. A pattern of bytes is
# UTF-8 as well: `.` matches a whole character, and the same texts match. Whoever asks only whether something matches,
# such as a push rule for each of a thousand refs, asks in bytes.
#
# Needs python3 with venv and pip; ends with 1 when the behaviour is another one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "google-re2==1.1.20251105"
cat > "$folder/calls.py" <<'PYTHON'
import sys

import re2

RULE, NAME = "^(topic|main)", "topic/1"


def calls(pattern, text):
    """Return how many functions of C one search calls."""
    compiled, found = re2.compile(pattern), []
    compiled.search(text)
    sys.setprofile(lambda frame, event, argument: found.append(argument) if event == "c_call" else None)
    compiled.search(text)
    sys.setprofile(None)
    return len(found) - 1  # without the end of the profile


as_text, as_bytes = calls(RULE, NAME), calls(RULE.encode(), NAME.encode())
print("functions of C for a str:", as_text, "for bytes:", as_bytes)
same = all(
    bool(re2.search(rule, name)) is bool(re2.search(rule.encode(), name.encode()))
    for rule in ("^.$", "^..$", "[ä-ü]", r"\pL{2}") for name in ("ä", "äö", "a", "ab")
)
print("the same texts match:", same)
sys.exit(0 if same and as_text >= 2 * as_bytes else 1)
PYTHON
"$folder/venv/bin/python" "$folder/calls.py"
