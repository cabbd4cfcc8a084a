"""Judges what the weekly restore test brought back, before AWS Backup deletes it (runbook, "Backup Verification").

`event.py` reads what AWS Backup tells, `database.py` and `bucket.py` hold the checks, `record.py` documents the week.
Rows of tables are not looked at: that takes a way into the isolated subnets and a driver, and this has neither.
"""
