"""Incidents: the file that tells how one went, and who is called."""
