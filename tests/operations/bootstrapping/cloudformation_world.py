"""CloudFormation as far as change sets go: computed after a while, carried out resource by resource, on a clock.

What stands after it comes from the template that was sent, with the parameters that were sent. Around it, the things of
the account that the command looks for. Spelled as the API spells it; `aws_world` checks both sides against botocore.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.bootstrap.resolved import Resolved
from tests.bootstrap.resolved import stack as sent
from tests.operations.aws_world import AwsWorld
from tests.operations.ecs_world import Refusal
from tests.operations.manifests import ACCOUNT, REGION

COMPUTING = timedelta(seconds=12)
EACH = timedelta(seconds=4)


@dataclass
class CloudFormationWorld:
    aws: AwsWorld
    stacks: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By identifier; deleted ones too."""
    change_sets: dict[str, dict[str, Any]] = field(default_factory=dict)
    fails_at: str = ""
    """Logical name of a resource that cannot be made."""
    slow_to_begin: bool = False
    """For a moment after it was told to begin, CloudFormation still shows the state from before."""
    roles: set[str] = field(default_factory=set)
    repositories: set[str] = field(default_factory=set)
    buckets: set[str] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)
    providers: set[str] = field(default_factory=set)
    zones: list[tuple[str, str, bool]] = field(default_factory=lambda: [("mockforge.dev", "Z0PUBLIC", False)])
    """Name, identifier, private."""

    def __post_init__(self) -> None:
        ours = [name for name in dir(self) if name[0].isupper()]
        for name in ours:
            service = {
                "GetRole": "iam",
                "GetOpenIDConnectProvider": "iam",
                "DescribeRepositories": "ecr",
                "HeadBucket": "s3",
                "DescribeKey": "kms",
                "ListHostedZonesByName": "route53",
            }.get(name, "cloudformation")
            self.aws.handlers[service, name] = getattr(self, name)

    # --- what tests look at

    @property
    def stack(self) -> dict[str, Any]:
        """The one that is not deleted."""
        [one] = [one for one in self.stacks.values() if one["StackStatus"] != "DELETE_COMPLETE"]
        return one

    @property
    def parameters(self) -> dict[str, str]:
        return {one["ParameterKey"]: one["ParameterValue"] for one in self.stack["Parameters"]}

    # --- CloudFormation

    def DescribeStacks(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"Stacks": [_shown(self._stack(asked["StackName"]))]}

    def ListStackResources(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        resources = self._stack(asked["StackName"])["_resources"]
        return {
            "StackResourceSummaries": [
                {
                    "LogicalResourceId": name,
                    "ResourceType": kind,
                    "ResourceStatus": "CREATE_COMPLETE",
                    "LastUpdatedTimestamp": self.aws.clock.now(),
                }
                for name, kind in resources.items()
            ]
        }

    def CreateChangeSet(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        assert len(asked["TemplateBody"].encode()) <= 51_200
        assert json.loads(asked["TemplateBody"]) == sent().template
        assert asked["Capabilities"] == ["CAPABILITY_NAMED_IAM"]
        there = [one for one in self._alive() if one["StackName"] == asked["StackName"]]
        if asked["ChangeSetType"] == "CREATE":
            assert not there or there[0]["StackStatus"] == "REVIEW_IN_PROGRESS"
            stack = there[0] if there else self._new_stack(asked["StackName"])
        else:
            stack = there[0]
            if stack["StackStatus"].endswith("_IN_PROGRESS"):
                raise Refusal("ValidationError", f"Stack is in {stack['StackStatus']} state and can not be updated.")
        arn = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:changeSet/{asked['ChangeSetName']}/{len(self.change_sets)}"
        wanted = _made_of(asked["Parameters"])
        changes = _changes(stack["_resources"], wanted, stack.get("Parameters", []) != asked["Parameters"])
        self.change_sets[arn] = {
            "stack": stack["StackId"],
            "kind": asked["ChangeSetType"],
            "parameters": asked["Parameters"],
            "wanted": wanted,
            "changes": changes,
            "ready": self.aws.clock.now() + COMPUTING,
            "on_failure": asked.get("OnStackFailure"),
        }
        return {"Id": arn, "StackId": stack["StackId"]}

    def DescribeChangeSet(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        one = self._change_set(asked["ChangeSetName"])
        if self.aws.clock.now() < one["ready"]:
            return {"Status": "CREATE_IN_PROGRESS"}
        if not one["changes"]:
            reason = "The submitted information didn't contain changes. Submit different information to create one."
            return {"Status": "FAILED", "StatusReason": reason, "ExecutionStatus": "UNAVAILABLE"}
        first = int(asked.get("NextToken", 0))  # pages, as for a large change set
        more = {"NextToken": str(first + 10)} if first + 10 < len(one["changes"]) else {}
        changes = one["changes"][first : first + 10]
        return {
            "Status": "CREATE_COMPLETE",
            "Changes": [{"Type": "Resource", "ResourceChange": x} for x in changes],
        } | more

    def DeleteChangeSet(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._change_set(asked["ChangeSetName"])
        del self.change_sets[asked["ChangeSetName"]]
        return {}

    def DeleteStack(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._stack(asked["StackName"])["StackStatus"] = "DELETE_COMPLETE"
        return {}

    def ExecuteChangeSet(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        one = self._change_set(asked["ChangeSetName"])
        stack = self.stacks[one["stack"]]
        now = self.aws.clock.now()
        begins = now + EACH if self.slow_to_begin else now
        stack["_work"] = {**one, "begins": begins}
        if not self.slow_to_begin:
            self._advance(stack)
        self.change_sets = {arn: other for arn, other in self.change_sets.items() if other["stack"] != one["stack"]}
        return {}

    def UpdateTerminationProtection(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._stack(asked["StackName"])["EnableTerminationProtection"] = asked["EnableTerminationProtection"]
        return {}

    def DescribeStackEvents(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"StackEvents": self._stack(asked["StackName"])["_events"][::-1]}

    # --- the account

    def GetRole(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        name = self._in(self.roles, asked["RoleName"], "NoSuchEntity")
        arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
        role = {"Path": "/", "RoleName": name, "RoleId": "AROA1234567890123456", "Arn": arn}
        return {"Role": role | {"CreateDate": self.aws.clock.now()}}

    def GetOpenIDConnectProvider(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"Url": self._in(self.providers, asked["OpenIDConnectProviderArn"].partition("/")[2], "NoSuchEntity")}

    def DescribeRepositories(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        [name] = asked["repositoryNames"]
        return {"repositories": [{"repositoryName": self._in(self.repositories, name, "RepositoryNotFoundException")}]}

    def HeadBucket(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._in(self.buckets, asked["Bucket"], "404")
        return {}

    def DescribeKey(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"KeyMetadata": {"KeyId": self._in(self.aliases, asked["KeyId"], "NotFoundException")}}

    def ListHostedZonesByName(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        zones = sorted(one for one in self.zones if one[0] >= asked["DNSName"])
        return {
            "HostedZones": [
                {
                    "Id": f"/hostedzone/{identifier}",
                    "Name": f"{name}.",
                    "CallerReference": "made up",
                    "Config": {"PrivateZone": private},
                }
                for name, identifier, private in zones
            ],
            "IsTruncated": False,
            "MaxItems": "100",
        }

    # --- how it works

    def _in(self, known: set[str], name: str, code: str) -> str:
        if name not in known:
            raise Refusal(code, f"{name} cannot be found")
        return name

    def _alive(self) -> list[dict[str, Any]]:
        return [one for one in self.stacks.values() if one["StackStatus"] != "DELETE_COMPLETE"]

    def _stack(self, name: str) -> dict[str, Any]:
        for one in self.stacks.values():
            self._advance(one)
        found = [self.stacks[name]] if name in self.stacks else [x for x in self._alive() if x["StackName"] == name]
        if not found:
            raise Refusal("ValidationError", f"Stack with id {name} does not exist")
        return found[0]

    def _change_set(self, arn: str) -> dict[str, Any]:
        if arn not in self.change_sets:
            raise Refusal("ChangeSetNotFound", f"ChangeSet [{arn}] does not exist")
        return self.change_sets[arn]

    def _new_stack(self, name: str) -> dict[str, Any]:
        identifier = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/{len(self.stacks)}"
        self.stacks[identifier] = {
            "StackId": identifier,
            "StackName": name,
            "CreationTime": self.aws.clock.now(),
            "StackStatus": "REVIEW_IN_PROGRESS",
            "_resources": {},
            "_events": [],
        }
        return self.stacks[identifier]

    def _advance(self, stack: dict[str, Any]) -> None:
        work, now = stack.get("_work"), self.aws.clock.now()
        if work is None or now < work["begins"]:
            return
        verb = work["kind"]
        if "at" not in work:
            stack["StackStatus"], work["at"] = f"{verb}_IN_PROGRESS", work["begins"]
            stack["LastUpdatedTime"] = work["begins"]
        names = [one["LogicalResourceId"] for one in work["changes"]]
        while "left" not in work or work["left"]:
            work.setdefault("left", names)
            if now < work["at"] + EACH:
                return
            work["at"] += EACH
            name = work["left"][0]
            work["left"] = work["left"][1:]
            if name == self.fails_at:
                self._event(stack, name, f"{verb}_FAILED", work["at"], "limit exceeded: you have 5 of 5")
                self._event(stack, "Other", f"{verb}_FAILED", work["at"], "Resource creation cancelled")
                deleted = work["on_failure"] == "DELETE"
                stack["StackStatus"] = "DELETE_COMPLETE" if deleted else f"{verb}_ROLLBACK_COMPLETE"
                del stack["_work"]
                return
            self._event(stack, name, f"{verb}_COMPLETE", work["at"])
        stack |= {
            "StackStatus": f"{verb}_COMPLETE",
            "Parameters": work["parameters"],
            "_resources": work["wanted"],
            "Outputs": _outputs(work["parameters"]),
        }
        del stack["_work"]

    def _event(self, stack: dict[str, Any], name: str, status: str, at: datetime, reason: str = "") -> None:
        stack["_events"].append(
            {
                "StackId": stack["StackId"],
                "EventId": str(len(stack["_events"])),
                "StackName": stack["StackName"],
                "LogicalResourceId": name,
                "ResourceStatus": status,
                "Timestamp": at,
            }
            | ({"ResourceStatusReason": reason} if reason else {})
        )


def _shown(stack: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in stack.items() if not key.startswith("_")}


def _plain(parameters: list[dict[str, str]]) -> dict[str, str]:
    return {one["ParameterKey"]: one["ParameterValue"] for one in parameters}


def _made_of(parameters: list[dict[str, str]]) -> dict[str, str]:
    return {name: one["Type"] for name, one in Resolved(**_plain(parameters)).resources.items()}


def _changes(there: dict[str, str], wanted: dict[str, str], other_parameters: bool) -> list[dict[str, str]]:
    def one(action: str, name: str, kind: str) -> dict[str, str]:
        return {"Action": action, "LogicalResourceId": name, "ResourceType": kind}

    found = [one("Add", name, kind) for name, kind in wanted.items() if name not in there]
    found += [one("Remove", name, kind) for name, kind in there.items() if name not in wanted]
    if there and other_parameters and not found:
        found.append(one("Modify", "DeployRole", "AWS::IAM::Role") | {"Replacement": "False"})
    return found


def _outputs(parameters: list[dict[str, str]]) -> list[dict[str, str]]:
    resolved = Resolved(**_plain(parameters))
    environment = resolved.parameters["EnvironmentName"]
    role = f"arn:aws:iam::{ACCOUNT}:role/mockforge-{environment}"
    values = {
        "StateBucket": f"mockforge-{environment}-state-{ACCOUNT}-{REGION}",
        "SecretsKeyAlias": f"alias/mockforge-{environment}-pulumi",
        "PreviewRole": f"{role}-preview",
        "DeployRole": f"{role}-deploy",
        "OperatorRole": f"{role}-operator",
        "RecoveryRole": f"{role}-recovery",
        "Boundary": f"mockforge-{environment}-boundary",
        "ImageRepository": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mockforge-cloud",
    }
    said = [
        key
        for key, one in resolved.template["Outputs"].items()
        if "Condition" not in one or one["Condition"].removeprefix("With") in resolved.resources
    ]
    assert set(said) <= values.keys()
    return [{"OutputKey": key, "OutputValue": values[key]} for key in said]
