"""One decision, one line of JSON on stdout: CloudWatch Logs keeps lines, and Insights finds the fields by itself."""

import json


def log_line(message: str, **fields: object) -> None:
    """Write one line, whatever the values hold: line breaks are quoted, what JSON does not know becomes text."""
    print(json.dumps({"message": message, **fields}, default=str), flush=True)  # noqa: T201 (the log)
