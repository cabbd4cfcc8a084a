#!/bin/sh
# Runbook, "Standard Deployment": ./scripts/deploy-staging.sh
exec "$(dirname -- "$0")/../mfcloud" deploy staging "$@"
