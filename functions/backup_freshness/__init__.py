"""How old the newest restorable point is, every hour, in both regions: the runbook's "Verify backup completion".

`points.py` decides what counts, `measurements.py` asks AWS; a job that was merely started is no point.
"""
