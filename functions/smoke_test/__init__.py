"""The gate of a deployment: looks at the new tasks through the test rule before users do.

`checks.py` holds the one list of checks; `handler.py` answers ECS. Started from a person's machine, the same list runs.
"""
