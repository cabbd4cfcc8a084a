"""The bootstrap stack in CloudFormation: how it stands, and change sets that change it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from operations.aws.clients import Clients
from operations.aws.errors import code_of
from operations.bootstrapping.names import stack_name
from operations.bootstrapping.template import template_body
from operations.errors import CommandStopped, refused

KEPT = frozenset({"StateBucket", "SecretsKey", "SecretsKeyAlias"})
"""A change set that takes one of these away or makes it anew loses the state; none is ever carried out."""
GOOD = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
_UPDATABLE = GOOD | {"UPDATE_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"}
_NOTHING_TO_DO = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The stack as it is."""

    stack_id: str
    status: str
    reason: str
    changed_at: datetime
    """Begin of the last operation."""
    parameters: dict[str, str]
    outputs: dict[str, str]
    protected: bool

    @property
    def busy(self) -> bool:
        """Somebody's operation is under way. A stack in review has had none yet."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of a change set."""

    action: str
    """Add, Modify, Remove, Import or Dynamic."""
    logical_id: str
    kind: str
    replacement: str
    """True, False, Conditional, or nothing."""

    @property
    def loses(self) -> bool:
        """What is there goes, or may go."""
        return self.action == "Remove" or self.replacement in {"True", "Conditional"}


@dataclass(frozen=True, kw_only=True)
class ChangeSet:
    """A change set that CloudFormation has computed, or is about to."""

    arn: str
    status: str
    reason: str
    changes: tuple[Change, ...] = ()

    @property
    def computed(self) -> bool:
        """No more to wait for."""
        return self.status in {"CREATE_COMPLETE", "FAILED"}

    @property
    def empty(self) -> bool:
        """Everything is as it shall be."""
        return self.status == "FAILED" and any(words in self.reason for words in _NOTHING_TO_DO)


class BootstrapStack:
    """Of one environment."""

    def __init__(self, clients: Clients, environment: str) -> None:
        self._cloudformation: Any = clients.client("cloudformation")
        self.name, self._environment = stack_name(environment), environment

    def standing(self, stack_id: str | None = None) -> Standing | None:
        """None where there is none. By its identifier a deleted stack is still told of."""
        from botocore.exceptions import ClientError

        try:
            [stack] = self._cloudformation.describe_stacks(StackName=stack_id or self.name)["Stacks"]
        except ClientError as error:
            if code_of(error) == "ValidationError" and "does not exist" in str(error):
                return None
            raise
        return Standing(
            stack_id=stack["StackId"],
            status=stack["StackStatus"],
            reason=stack.get("StackStatusReason", ""),
            changed_at=stack.get("LastUpdatedTime", stack["CreationTime"]).astimezone(UTC),
            parameters={one["ParameterKey"]: one.get("ParameterValue", "") for one in stack.get("Parameters", [])},
            outputs={one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])},
            protected=bool(stack.get("EnableTerminationProtection")),
        )

    def held(self) -> frozenset[str]:
        """Logical names of what the stack holds now."""
        if (standing := self.standing()) is None or standing.status == "REVIEW_IN_PROGRESS":
            return frozenset()
        pages = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.name)
        return frozenset(
            one["LogicalResourceId"]
            for page in pages
            for one in page["StackResourceSummaries"]
            if one["ResourceStatus"] != "DELETE_COMPLETE"
        )

    def parameters(self) -> dict[str, str]:
        """As they were given last; none before the first time."""
        standing = self.standing()
        return standing.parameters if standing and standing.status != "REVIEW_IN_PROGRESS" else {}

    def propose(self, parameters: dict[str, str], name: str) -> str:
        """Have a change set computed; answers with its ARN."""
        kind = self._kind()
        asked: dict[str, Any] = {"OnStackFailure": "DELETE"} if kind == "CREATE" else {}
        answer = self._cloudformation.create_change_set(
            StackName=self.name,
            ChangeSetName=name,
            ChangeSetType=kind,
            TemplateBody=template_body(),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Tags=[
                {"Key": "Service", "Value": "mockforge-cloud"},
                {"Key": "Environment", "Value": self._environment},
                {"Key": "ManagedBy", "Value": "cloudformation"},
            ],
            **asked,
        )
        return str(answer["Id"])

    def change_set(self, arn: str) -> ChangeSet:
        """As far as it is computed."""
        changes: list[Change] = []
        asked: dict[str, str] = {"ChangeSetName": arn}
        while True:
            page = self._cloudformation.describe_change_set(**asked)
            changes += [_change(one["ResourceChange"]) for one in page.get("Changes", []) if "ResourceChange" in one]
            if not (token := page.get("NextToken")):
                return ChangeSet(
                    arn=arn, status=page["Status"], reason=page.get("StatusReason", ""), changes=tuple(changes)
                )
            asked["NextToken"] = token

    def carry_out(self, change_set: ChangeSet) -> None:
        """Start it. Of two operators the second is refused, with what to do."""
        from botocore.exceptions import ClientError

        try:
            self._cloudformation.execute_change_set(ChangeSetName=change_set.arn)
        except ClientError as error:
            if code_of(error) not in {"InvalidChangeSetStatus", "ChangeSetNotFound", "OperationInProgressException"}:
                raise
            raise refused(
                f"somebody else has changed stack {self.name} in the meantime; nothing was changed by this command",
                hint="run the same command again: it computes the change anew",
            ) from error

    def drop(self, change_set_arn: str) -> None:
        """Forget a change set, and the empty shell of a stack that was never made."""
        self._cloudformation.delete_change_set(ChangeSetName=change_set_arn)
        if (standing := self.standing()) is not None and standing.status == "REVIEW_IN_PROGRESS":
            self._cloudformation.delete_stack(StackName=standing.stack_id)

    def protect(self) -> None:
        """Deleting the stack takes a second step from now on."""
        self._cloudformation.update_termination_protection(StackName=self.name, EnableTerminationProtection=True)

    def events(self, stack_id: str, since: datetime) -> list[dict[str, Any]]:
        """Since then, the oldest first."""
        found: list[dict[str, Any]] = []
        for page in self._cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack_id):
            for event in page["StackEvents"]:
                if event["Timestamp"].astimezone(UTC) < since:
                    return found[::-1]
                found.append(event)
        return found[::-1]

    def _kind(self) -> str:
        standing = self.standing()
        if standing is None or standing.status == "REVIEW_IN_PROGRESS":
            return "CREATE"
        if standing.status in _UPDATABLE:
            return "UPDATE"
        if standing.status == "UPDATE_ROLLBACK_FAILED":
            way = f"aws cloudformation continue-update-rollback --stack-name {self.name}"
        else:
            way = (
                f"aws cloudformation delete-stack --stack-name {self.name} (bucket and keys that hold something stay), "
                "then run the same command again"
            )
        raise CommandStopped(f"stack {self.name} stands at {standing.status} ({standing.reason})", hint=way)


def failures(events: Sequence[dict[str, Any]]) -> list[str]:
    """What went wrong first, without what was only cancelled because of it."""
    return [
        f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason', 'no reason given')}"
        for one in events
        if one.get("ResourceStatus", "").endswith("_FAILED")
        if "cancelled" not in one.get("ResourceStatusReason", "")
    ]


def _change(one: dict[str, Any]) -> Change:
    return Change(
        action=one["Action"],
        logical_id=one["LogicalResourceId"],
        kind=one["ResourceType"],
        replacement=one.get("Replacement", ""),
    )
