#!/bin/sh
# manage.py as the units run it: with the service's user, settings and secrets. As root, such as
#   gitlab-internal user list
# /usr/local/sbin/gitlab-internal is its place. The user must be able to read the files that are named to it.
set -eu
source=${GITLAB_INTERNAL_SOURCE:-/opt/gitlab-internal}
config=${GITLAB_INTERNAL_CONFIG:-/etc/gitlab-internal}
user=${GITLAB_INTERNAL_USER:-gitlab-internal}
[ -r "$config/env" ] || { echo "gitlab-internal: cannot read $config/env; are you root?" >&2; exit 1; }

# As systemd reads it: a value is taken as it stands, less the quotes around the whole of it.
while IFS= read -r line || [ -n "$line" ]; do
    case $line in '' | '#'* | ';'*) continue ;; esac
    value=${line#*=}
    case $value in
        \'*\') value=${value#\'} value=${value%\'} ;;
        \"*\") value=${value#\"} value=${value%\"} ;;
    esac
    export "${line%%=*}=$value"
done <"$config/env"

SECRET_KEY=$(cat "$config/secret_key")
export SECRET_KEY DATA="${DATA:-/var/lib/gitlab-internal}" HOME="${DATA:-/var/lib/gitlab-internal}"
umask 077
set -- "$source/.venv/bin/python" "$source/manage.py" "$@"
[ "$(id -un)" = "$user" ] || set -- runuser -u "$user" -- "$@"
exec "$@"
