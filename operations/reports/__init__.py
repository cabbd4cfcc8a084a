"""The runbook's daily checklist and weekly tasks as reports. Reads only."""
