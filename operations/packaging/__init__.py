"""The deployment package: from a checkout of the application to an image with a digest (runbook, "Pre-Deployment")."""
