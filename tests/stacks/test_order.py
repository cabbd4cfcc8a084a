"""What waits for what, across components: wiring that no component can see by itself.

Guards: a task that starts before its secret has a value, a service whose approval nobody would hear of, a preview that
says other things than the update does.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from offline.provider.wire import UNKNOWN, reveal
from tests.stacks.stack import Stack

SERVICE = "ecs/service:Service service"
WAITS_FOR: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    # who, for whom, in which environments
    (SERVICE, "secretVersion:SecretVersion database-url-version", ("staging", "production")),
    (SERVICE, "secretVersion:SecretVersion secrets-jwt-version", ("staging", "production")),
    (SERVICE, "secretVersion:SecretVersion secrets-scrape-token-version", ("staging", "production")),
    (SERVICE, "ec2/route:Route network-routes-private-c", ("production",)),
    (SERVICE, "ec2/routeTableAssociation:RouteTableAssociation network-routes-private-a", ("production",)),
    (SERVICE, "SecurityGroupIngressRule network-groups-service-from-load-balancer", ("staging", "production")),
    (SERVICE, "SecurityGroupEgressRule network-groups-service-to-https", ("staging", "production")),
    (SERVICE, "SecurityGroupEgressRule network-groups-load-balancer-to-service", ("staging", "production")),
    (SERVICE, "rolePolicy:RolePolicy service-tasks-execution-policy", ("staging", "production")),
    (SERVICE, "rolePolicy:RolePolicy service-tasks-task-policy", ("staging", "production")),
    (SERVICE, "rolePolicyAttachment:RolePolicyAttachment service-deploy-infra-policy", ("staging", "production")),
    (SERVICE, "rolePolicy:RolePolicy service-deploy-hook-policy", ("staging", "production")),
    (SERVICE, "rolePolicy:RolePolicy smoke-test-function-policy", ("staging", "production")),
    (SERVICE, "listenerRule:ListenerRule colours-production", ("staging", "production")),
    (SERVICE, "listenerRule:ListenerRule colours-test", ("staging", "production")),
    (SERVICE, "logGroup:LogGroup cluster-service-logs", ("staging", "production")),
    (SERVICE, "eventTarget:EventTarget service-approval-message", ("production",)),
    (SERVICE, "topicPolicy:TopicPolicy notifications-warning-policy", ("production",)),
    ("appautoscaling/target:Target autoscaling-tasks", SERVICE, ("staging", "production")),
    (
        "lb/loadBalancer:LoadBalancer web-alb",
        "bucketPolicy:BucketPolicy storage-logs-policy",
        ("staging", "production"),
    ),
    ("lb/loadBalancer:LoadBalancer web-alb", "ec2/route:Route network-routes-public-ipv4", ("staging", "production")),
    (
        "lb/listener:Listener web-https",
        "certificateValidation:CertificateValidation web-certificate-validated",
        ("staging", "production"),
    ),
    (
        "restoreTestingSelection:RestoreTestingSelection backups-restore-test-database",
        "rolePolicyAttachment:RolePolicyAttachment backups-role-restore",
        ("staging", "production"),
    ),
    (
        "backup/selection:Selection backups-database-of-database",
        "rolePolicyAttachment:RolePolicyAttachment backups-role-backup",
        ("staging", "production"),
    ),
    (
        "backup/selection:Selection backups-storage-of-objects",
        "bucketVersioning:BucketVersioning storage-objects-versions",
        ("staging", "production"),
    ),
    ("ssm/parameter:Parameter operations-parameter", SERVICE, ("staging", "production")),
    (
        "ssm/parameter:Parameter operations-parameter",
        "restoreTestingPlan:RestoreTestingPlan backups-restore-test",
        ("staging", "production"),
    ),
)


@pytest.mark.parametrize(
    ("who", "whom", "stacks"), WAITS_FOR, ids=[f"{row[0].split()[1]} for {row[1].split()[1]}" for row in WAITS_FOR]
)
def test_it_is_made_after(stack: Stack, who: str, whom: str, stacks: tuple[str, ...]):
    if stack.name in stacks:
        first, second = (stack.up.one(*said.split()) for said in (who, whom))
        assert stack.up.waits_for(first, second)


def test_names_of_children_begin_with_their_components(stack: Stack):
    by_urn = {one.urn: one for one in stack.up.resources}
    strangers = [
        f"{one} under {above}"
        for one in stack.up.resources
        if (above := by_urn.get(one.parent)) is not None
        and above.type != "pulumi:pulumi:Stack"
        and not one.name.startswith(above.name)
    ]
    assert strangers == []


def texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from texts(inner, f"{path}[{number}]")
    elif isinstance(value, str):
        yield path, value


def test_no_text_holds_an_output_or_nothing_instead_of_its_value(stack: Stack):
    """`f"{output}"` gives a warning for a name, and `f"{None}"` a name that ends in None."""
    wrong = re.compile(r"Calling __str__|pulumi\.output|<.* object at 0x|\bNone\b|Output\[")
    found = [
        f"{one}{path}: {text[:60]}"
        for run in stack.runs
        for one in run.resources
        for path, text in texts(one.inputs, "")
        if not path.startswith(".code.") and wrong.search(text)
    ]
    assert found == []


def differences(planned: Any, made: Any, path: str) -> Iterator[str]:
    """Where a preview promised something else. What it cannot know yet says nothing."""
    if planned is UNKNOWN:
        return
    if isinstance(planned, dict) and isinstance(made, dict):
        for key in planned.keys() | made.keys():
            yield from differences(planned.get(key), made.get(key), f"{path}.{key}")
    elif isinstance(planned, list) and isinstance(made, list) and len(planned) == len(made):
        for number, (one, other) in enumerate(zip(planned, made, strict=True)):
            yield from differences(one, other, f"{path}[{number}]")
    elif planned != made:
        yield f"{path}: {str(planned)[:60]} ≠ {str(made)[:60]}"


def test_a_preview_tells_what_the_update_does(stack: Stack):
    made = {one.urn: one for one in stack.up.resources}
    assert [
        f"{one}{difference}"
        for one in stack.preview.resources
        for difference in differences(reveal(dict(one.raw_inputs)), made[one.urn].inputs, "")
    ] == []


def test_a_preview_knows_what_a_reviewer_looks_for(production: Stack):
    """Thresholds, schedules, sizes and rules are plain before anything exists."""
    preview = production.preview
    unknown = [str(one) for one in preview.all("MetricAlarm") if one["threshold"] is UNKNOWN]
    unknown += [
        str(one) for one in preview.all("backup/plan:Plan") if UNKNOWN in [rule["schedule"] for rule in one["rules"]]
    ]
    assert unknown == []
    for type_tail, name, key in (
        ("ecs/service:Service", "service", "deploymentConfiguration"),
        ("ssm/maintenanceWindow:MaintenanceWindow", "maintenance-window", "schedule"),
        ("appautoscaling/target:Target", "autoscaling-tasks", "maxCapacity"),
    ):
        assert preview.one(type_tail, name)[key] is not UNKNOWN


def test_the_manifest_waits_for_everything_so_that_a_destroy_begins_with_what_is_protected(stack: Stack):
    manifest = stack.up.one("ssm/parameter:Parameter", "operations-parameter")
    overlooked = [
        str(one)
        for one in stack.up.all()
        if one.custom
        and one.urn != manifest.urn
        and not one.type.startswith("pulumi:")
        and not stack.up.waits_for(manifest, one)
    ]
    assert overlooked == []
