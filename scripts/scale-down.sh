#!/bin/sh
# Runbook, "Manual Scaling": ./scripts/scale-down.sh --instances 2
exec "$(dirname -- "$0")/in-environment.sh" "scale down" "$@"
