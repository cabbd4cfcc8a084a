#!/bin/sh
# Runbook, "Rollback Procedure": ./scripts/rollback.sh
exec "$(dirname -- "$0")/in-environment.sh" "rollback" "$@"
