#!/bin/sh
# Runbook, "Standard Deployment": ./scripts/create-deployment-package.sh
exec "$(dirname -- "$0")/in-environment.sh" "package" "$@"
