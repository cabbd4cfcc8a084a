#!/bin/sh
# Runbook, "Standard Deployment": ./scripts/deploy-production.sh
exec "$(dirname -- "$0")/../mfcloud" deploy production "$@"
