#!/bin/sh
# Runbook, "Backup Verification": ./scripts/verify-backups.sh
exec "$(dirname -- "$0")/in-environment.sh" "backups verify" "$@"
