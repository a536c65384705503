#!/usr/bin/env bash
# MinIO's ListMultipartUploads takes a prefix for a whole key, and without a prefix knows only what began since its start.
#
# Seen with MinIO of 2026-02-12 (7aac2a2c5b7c) and boto3 1.44.8. Amazon's S3 lists every
# upload in parts whose key begins with the prefix. MinIO, after an upload to `tmp/uploads/one` was begun:
# - prefix `tmp/uploads/one`: the upload; `tmp/uploads/` and `tmp/uploads/o`: nothing;
# - no prefix: the upload, but after MinIO was started anew: nothing, while the whole key still finds it;
# - a rule of the bucket that gives up unfinished uploads (AbortIncompleteMultipartUpload) is refused as no well-formed
#   XML.
# Whoever looks for forgotten uploads must list without a prefix, and does not see those from before its start.
#
# Needs go, python3 with venv and pip; ends with 1 when the behaviour is another one. It takes minutes to build.
set -euo pipefail
MINIO=v0.0.0-20260212201848-7aac2a2c5b7c BOTO3=1.44.8
folder=$(mktemp -d) server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
command -v go >/dev/null || { echo "go is missing"; exit 2; }
GOBIN="$folder/bin" go install "github.com/minio/minio@$MINIO"
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "boto3==$BOTO3"
port=$(python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
export MINIO_ROOT_USER=finding MINIO_ROOT_PASSWORD=finding-secret

start() {
  "$folder/bin/minio" server "$folder/data" --address "127.0.0.1:$port" >"$folder/log" 2>&1 &
  server=$!
  for _ in $(seq 100); do
    ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 0
    sleep 0.2
  done
  cat "$folder/log"
  exit 2
}

start
cat >"$folder/ask.py" <<'PYTHON'
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

port, moment = sys.argv[1:]
store = boto3.client(
    "s3",
    endpoint_url=f"http://127.0.0.1:{port}",
    region_name="us-east-1",
    aws_access_key_id="finding",
    aws_secret_access_key="finding-secret",
    config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 8}),
)
if moment == "begun":
    store.create_bucket(Bucket="bucket")
    store.create_multipart_upload(Bucket="bucket", Key="tmp/uploads/one")
found = {}
for prefix in ("", "tmp/uploads/", "tmp/uploads/o", "tmp/uploads/one"):
    said = store.list_multipart_uploads(Bucket="bucket", Prefix=prefix)
    found[prefix] = [upload["Key"] for upload in said.get("Uploads", [])]
    print(f"{moment}, prefix {prefix!r}: {found[prefix]}")
one = ["tmp/uploads/one"]
without_prefix = one if moment == "begun" else []
assert found == {"": without_prefix, "tmp/uploads/": [], "tmp/uploads/o": [], "tmp/uploads/one": one}
rule = {
    "ID": "unfinished",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
}
try:
    store.put_bucket_lifecycle_configuration(Bucket="bucket", LifecycleConfiguration={"Rules": [rule]})
except ClientError as error:
    print(f"a rule for unfinished uploads: {error.response['Error']['Message']}")
else:
    raise AssertionError("the rule was taken")
PYTHON
"$folder/venv/bin/python" "$folder/ask.py" "$port" begun
kill "$server"
wait "$server" || true
start
"$folder/venv/bin/python" "$folder/ask.py" "$port" "started anew"
