#!/usr/bin/env bash
# PyJWT from 2.14 on takes one step of Python for each character of a token, before it looks at the signature.
#
# Seen with PyJWT 2.15.1 beside 2.11.0, one HS256 key (2.13.0 is as 2.11.0, 2.14.0 as 2.15.1):
# - 2.11.0 decodes a token of 200 characters and one of 4,000 with the same number of Python's calls.
# - 2.15.1 makes one call more for each character. A token as Workhorse signs it for an upload has 700 characters, and
#   its decoding then costs more than the HMAC and the JSON together; whoever verifies one for each request of a
#   hot endpoint had better compare a digest of a token that has been seen.
#
# Needs python3 with venv and pip; ends with 1 when the behaviour is another one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/calls.py" <<'PYTHON'
"""Print how many calls of Python's a decoding takes, and the length of the token, for two tokens."""

import cProfile
import pstats

import jwt

KEY = b"k" * 32
for size in (100, 3000):
    token = jwt.encode({"iss": "somebody", "filler": "x" * size}, KEY, algorithm="HS256")
    jwt.decode(token, KEY, algorithms=["HS256"])  # what happens once has happened
    profile = cProfile.Profile()
    profile.enable()
    jwt.decode(token, KEY, algorithms=["HS256"])
    profile.disable()
    print(len(token), pstats.Stats(profile).total_calls)
PYTHON
for version in 2.11.0 2.15.1; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "pyjwt==$version"
    "$folder/$version/bin/python" "$folder/calls.py" > "$folder/$version.txt"
    echo "PyJWT $version, characters and calls:" && cat "$folder/$version.txt"
done
python3 - "$folder/2.11.0.txt" "$folder/2.15.1.txt" <<'PYTHON'
import sys

(old_short, old_long), (new_short, new_long) = (
    [tuple(map(int, line.split())) for line in open(path)] for path in sys.argv[1:]
)
grown = new_long[0] - new_short[0]
if abs(old_long[1] - old_short[1]) > 20:
    sys.exit("2.11.0 grows with the token, too")
if not 0.9 * grown < new_long[1] - new_short[1] < 1.5 * grown:
    sys.exit("2.15.1 does not take a step for each character")
print("as described")
PYTHON
