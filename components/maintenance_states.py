"""Words of the Amazon States Language (JSONPath) that the maintenance checklist is written in. Pure."""

from typing import Any

from components.maintenance_timing import Timing

State = dict[str, Any]
States = dict[str, State]

NOW = "$$.State.EnteredTime"
ANY_ERROR = ["States.ALL"]


class Calls:
    """One AWS call each: with a time-out, bounded retries, and somewhere to go when it failed."""

    def __init__(self, function_arn: str, timing: Timing) -> None:
        self._function_arn, self._timing = function_arn, timing

    def aws(self, api: str, parameters: State, *, after: str, failed: str, **more: object) -> State:
        """An integration of Step Functions: `aws-sdk:rds:describeDBInstances`, `sns:publish`."""
        return self._task(f"arn:aws:states:::{api}", parameters, self._timing.call_seconds, after, failed, more)

    def tell(self, topic_arn: str, text: str, *, after: str, failed: str, **more: object) -> State:
        """`text` is the path of an object with subject and message."""
        parameters = {"TopicArn": topic_arn, "Subject.$": f"{text}.subject", "Message.$": f"{text}.message"}
        return self.aws("sns:publish", parameters, after=after, failed=failed, **{"ResultPath": None, **more})

    def ours(self, parameters: State, *, after: str, failed: str, **more: object) -> State:
        """The checklist's own function."""
        seconds = self._timing.compose_seconds
        return self._task(self._function_arn, parameters, seconds, after, failed, more)

    def _task(self, resource: str, parameters: State, seconds: int, after: str, failed: str, more: State) -> State:
        error_path = more.pop("error_path", "$.trouble")
        return {
            "Type": "Task",
            "Resource": resource,
            "Parameters": parameters,
            "TimeoutSeconds": seconds,
            "Retry": [
                {
                    "ErrorEquals": ANY_ERROR,
                    "IntervalSeconds": self._timing.retry_seconds,
                    "MaxAttempts": self._timing.retries,
                    "BackoffRate": 2,
                }
            ],
            "Catch": [{"ErrorEquals": ANY_ERROR, "ResultPath": error_path, "Next": failed}],
            **more,
            "Next": after,
        }


def begins(step: str, key: str) -> States:
    """Notes when a step of the runbook begins: the report tells how long each took."""
    noted = {"Type": "Pass", "Parameters": {"began.$": NOW}, "ResultPath": f"$.at.{key}", "Next": step}
    return {f"{step} begins": noted}


def note(result: object, path: str, after: str | None) -> State:
    """Writes a fixed value down. Without `after` it is the last one of its branch."""
    way_on: State = {"End": True} if after is None else {"Next": after}
    return {"Type": "Pass", "Result": result, "ResultPath": path, **way_on}


def wait(seconds: int, after: str) -> State:
    """A pause of a loop."""
    return {"Type": "Wait", "Seconds": seconds, "Next": after}


def when(variable: str, comparison: str, value: object, then: str) -> State:
    """A rule of a choice that does not stop the execution where there is no such value."""
    return {"And": [{"Variable": variable, "IsPresent": True}, {"Variable": variable, comparison: value}], "Next": then}


def time_is_up(moment: str, then: str) -> State:
    """A rule of a choice: the moment at this path has come."""
    return {"Variable": NOW, "TimestampGreaterThanEqualsPath": moment, "Next": then}


def choice(*rules: State, otherwise: str) -> State:
    """The first rule that is true decides."""
    return {"Type": "Choice", "Choices": list(rules), "Default": otherwise}


def steps_inside(states: States, start: str, result: State, path: str, after: str, failed: str) -> State:
    """A step of the runbook that takes several states: one branch, whose failure is not the checklist's end."""
    return {
        "Type": "Parallel",
        "Branches": [{"StartAt": start, "States": states}],
        "ResultSelector": result,
        "ResultPath": path,
        "Catch": [{"ErrorEquals": ANY_ERROR, "ResultPath": path.replace("$.outcome", "$.failed"), "Next": failed}],
        "Next": after,
    }
