#!/bin/sh
# Runbook, "Manual Scaling": ./scripts/scale-up.sh --instances 5
exec "$(dirname -- "$0")/in-environment.sh" "scale up" "$@"
