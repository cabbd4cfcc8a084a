"""Brings data back (runbook, "Recovery Procedures"): the database, a whole environment, and the test of a restore.

What has been done is read from AWS, so that an interrupted recovery is taken up by the same command.
"""
