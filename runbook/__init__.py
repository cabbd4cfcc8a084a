"""The runbook as pure data: settings, objectives, alarm catalogue, schedules, operations manifest.

Nothing here knows Pulumi or AWS clients, so every other folder may import it.
"""
