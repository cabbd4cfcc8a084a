"""Deployments of the service as ECS tells them: their history, the approval pause, withdrawn images."""
