#!/bin/sh
# Runs an mfcloud command in the environment that --environment names. The runbook's calls that name none mean
# production; whatever changes something there says so and asks before it does. Called by the other scripts:
#   in-environment.sh "scale up" [--environment ENV] [any option of the command]
set -eu
words=$1
shift
environment=production
left=$#
while [ "$left" -gt 0 ]; do
    case $1 in
        --environment)
            if [ "$left" -lt 2 ]; then
                echo "error: --environment needs a name, for example --environment staging" >&2
                exit 2
            fi
            environment=$2
            shift
            left=$((left - 1))
            ;;
        --environment=*) environment=${1#*=} ;;
        *) set -- "$@" "$1" ;; # behind the others, so that the order stays
    esac
    shift
    left=$((left - 1))
done
case $environment in
    "" | -*)
        echo "error: --environment needs a name, for example --environment staging" >&2
        exit 2
        ;;
esac
# shellcheck disable=SC2086 # "scale up" is two words
exec "$(dirname -- "$0")/../mfcloud" $words "$environment" "$@"
