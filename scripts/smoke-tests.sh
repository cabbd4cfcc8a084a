#!/bin/sh
# Runbook, "Standard Deployment": ./scripts/smoke-tests.sh --environment staging
exec "$(dirname -- "$0")/in-environment.sh" "smoke-test" "$@"
