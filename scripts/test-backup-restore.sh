#!/bin/sh
# Runbook, "Backup Verification": ./scripts/test-backup-restore.sh
exec "$(dirname -- "$0")/in-environment.sh" "backups test-restore" "$@"
