#!/bin/sh
# Runbook, "Manual Scaling": ./scripts/check-scaling.sh
exec "$(dirname -- "$0")/in-environment.sh" "scale check" "$@"
