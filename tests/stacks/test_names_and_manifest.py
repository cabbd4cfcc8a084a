"""Physical names against AWS's limits, and the operations manifest against what is registered.

Guards: a name that AWS refuses or that two resources share, a manifest that no longer fits, is read no more, or names
what does not exist.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from runbook.manifest import Manifest
from tests.harness import Program
from tests.stacks.stack import Stack, composed

# Longest name that AWS takes, from the API reference of each service.
LIMITS = (
    ("lb/targetGroup:TargetGroup", "name", 32),
    ("lb/loadBalancer:LoadBalancer", "name", 32),
    ("iam/role:Role", "name", 64),
    ("iam/rolePolicy:RolePolicy", "name", 128),
    ("s3/bucket:Bucket", "bucket", 63),
    ("rds/instance:Instance", "identifier", 63),
    ("rds/subnetGroup:SubnetGroup", "name", 255),
    ("rds/parameterGroup:ParameterGroup", "name", 255),
    ("rds/eventSubscription:EventSubscription", "name", 255),
    ("backup/vault:Vault", "name", 50),
    ("backup/plan:Plan", "name", 50),
    ("backup/restoreTestingPlan:RestoreTestingPlan", "name", 50),
    ("backup/selection:Selection", "name", 50),
    ("cloudwatch/metricAlarm:MetricAlarm", "name", 255),
    ("cloudwatch/compositeAlarm:CompositeAlarm", "alarmName", 255),
    ("cloudwatch/logGroup:LogGroup", "name", 512),
    ("cloudwatch/eventRule:EventRule", "name", 64),
    ("ecs/cluster:Cluster", "name", 255),
    ("ecs/service:Service", "name", 255),
    ("kms/alias:Alias", "name", 256),
    ("lambda/function:Function", "name", 64),
    ("scheduler/schedule:Schedule", "name", 64),
    ("scheduler/scheduleGroup:ScheduleGroup", "name", 64),
    ("secretsmanager/secret:Secret", "name", 512),
    ("sns/topic:Topic", "name", 256),
    ("ssm/maintenanceWindow:MaintenanceWindow", "name", 128),
    ("wafv2/webAcl:WebAcl", "name", 128),
)
NAMES_ARE_ARNS = {
    # what AWS takes no name for
    "traffic.production_rule_arn",
    "traffic.test_rule_arn",
    "backups.role_arn",
    "alerts.critical_topic_arn",
    "alerts.warning_topic_arn",
    "alerts.announcement_topic_arn",
    "alerts.outside_topic_arn",
}
LONGEST_ENVIRONMENT = "production-eu-2"


def names(program: Program) -> Iterator[tuple[str, str, str, int]]:
    """Resource, physical name, `type region`, limit."""
    for type_tail, key, limit in LIMITS:
        for one in program.all(type_tail):
            yield one.name, one.outputs[key], f"{one.type} {one.region}", limit


def test_every_name_fits_its_suffix_included(stack: Stack):
    found = list(names(stack.up))
    assert {kind.split()[0].split(":")[1] for _, _, kind, _ in found} == {tail.split(":")[0] for tail, _, _ in LIMITS}
    assert [f"{resource}: {name}" for resource, name, _, limit in found if len(name) > limit] == []


def test_the_longest_name_of_an_environment_fits_too():
    assert len(LONGEST_ENVIRONMENT) == 15
    program = composed("production", stack=LONGEST_ENVIRONMENT, database={"identifier": "m" + "x" * 49})
    assert [f"{resource}: {name}" for resource, name, _, limit in names(program) if len(name) > limit] == []
    assert manifest_bytes(program) <= 6 * 1024


def test_no_two_resources_share_a_name(stack: Stack):
    counted = Counter((kind, name) for _, name, kind, _ in names(stack.up) if "Selection" not in kind)
    assert [pair for pair, times in counted.items() if times > 1] == []


def test_fixed_names_begin_with_the_environment(stack: Stack):
    """Two environments may live in one account."""
    prefixes = (f"mockforge-{stack.name}", f"/mockforge-cloud/{stack.name}/", f"mockforge-cloud/{stack.name}/")
    prefixes += (f"aws-waf-logs-mockforge-{stack.name}", f"alias/mockforge-{stack.name}")
    prefixes += (f"mockforge_{stack.name}_", f"/aws/rds/instance/mockforge-{stack.name}/")
    prefixes += (f"/aws/ecs/containerinsights/mockforge-{stack.name}/", f"/aws/lambda/mockforge-{stack.name}-")
    prefixes += (f"/aws/vendedlogs/states/mockforge-{stack.name}-",)
    fixed = [
        (one, one[key])
        for type_tail, key, _ in LIMITS
        if "Selection" not in type_tail  # named within their plan
        for one in stack.up.all(type_tail)
        if one.get(key)
    ]
    assert len(fixed) > 40
    assert [f"{one}: {name}" for one, name in fixed if not name.startswith(prefixes)] == []


def manifest_text(program: Program) -> str:
    return program.one("Parameter", "operations-parameter")["insecureValue"]


def manifest_bytes(program: Program) -> int:
    return len(manifest_text(program).encode())


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, path)
    elif isinstance(value, str):
        yield path, value


def test_the_manifest_fits_and_is_read_back(stack: Stack, record_property: Any):
    size = manifest_bytes(stack.up)
    record_property("manifest_bytes", size)
    assert 1024 < size <= 6 * 1024
    manifest = Manifest.from_parameter(manifest_text(stack.up))
    assert (manifest.version, manifest.environment) == (1, stack.name)
    assert manifest.scaling == stack.environment.scaling
    assert manifest.contacts == stack.environment.contacts
    parameter = stack.up.one("Parameter", "operations-parameter")
    assert (parameter["tier"], parameter["name"]) == ("Advanced", f"/mockforge-cloud/{stack.name}/operations")


def test_the_manifest_holds_names_where_aws_takes_names(stack: Stack):
    found = {path for path, text in texts(json.loads(manifest_text(stack.up))) if text.startswith("arn:")}
    assert found == NAMES_ARE_ARNS


def test_what_the_manifest_names_is_registered(stack: Stack):
    manifest = Manifest.from_parameter(manifest_text(stack.up))
    up = stack.up
    kept = {
        manifest.service.cluster: up.one("ecs/cluster:Cluster").outputs["name"],
        manifest.service.service: up.one("ecs/service:Service").outputs["name"],
        manifest.service.task_family: up.one("ecs/taskDefinition:TaskDefinition")["family"],
        manifest.service.log_group: up.one("LogGroup", "cluster-service-logs")["name"],
        manifest.service.withdrawn_parameter: up.one("Parameter", "service-withdrawn")["name"],
        manifest.traffic.load_balancer: up.one("lb/loadBalancer:LoadBalancer").outputs["arnSuffix"],
        manifest.traffic.blue: up.one("TargetGroup", "colours-blue").outputs["arnSuffix"],
        manifest.traffic.green: up.one("TargetGroup", "colours-green").outputs["arnSuffix"],
        manifest.traffic.production_rule_arn: up.one("ListenerRule", "colours-production").outputs["arn"],
        manifest.traffic.test_rule_arn: up.one("ListenerRule", "colours-test").outputs["arn"],
        manifest.traffic.test_header_secret: up.one("secret:Secret", "secrets-test-header")["name"],
        manifest.database.identifier: up.one("rds/instance:Instance")["identifier"],
        manifest.database.url_secret: up.one("secret:Secret", "database-url")["name"],
        manifest.backups.vault: up.one("backup/vault:Vault", "backups-vault")["name"],
        manifest.backups.role_arn: up.one("iam/role:Role", "backups-role").outputs["arn"],
        manifest.backups.restore_test_plan: up.one("RestoreTestingPlan")["name"],
        manifest.backups.objects_bucket: up.one("s3/bucket:Bucket", "storage-objects").outputs["id"],
        manifest.backups.configuration_bucket: up.one("s3/bucket:Bucket", "storage-configuration").outputs["id"],
        manifest.alerts.maintenance_alarm: up.one("MetricAlarm", "maintenance-alarm-window")["name"],
        manifest.alerts.dashboard: up.one("Dashboard", "dashboard-health")["dashboardName"],
        manifest.maintenance_window: up.one("ssm/maintenanceWindow:MaintenanceWindow").outputs["id"],
    }
    for topic in ("critical", "warning", "announcement", "outside"):
        arn = getattr(manifest.alerts, f"{topic}_topic_arn")
        kept[arn] = up.one("sns/topic:Topic", f"notifications-{topic}").outputs["arn"]
    assert {said: registered for said, registered in kept.items() if said != registered} == {}
    assert list(manifest.alerts.deployment_alarms) == up.one("ecs/service:Service")["alarms"]["alarmNames"]
    (container,) = json.loads(up.one("ecs/taskDefinition:TaskDefinition")["containerDefinitions"])
    assert manifest.service.container == container["name"]


@pytest.mark.parametrize(("name", "fewest", "most"), [("staging", 240, 290), ("production", 265, 320)])
def test_an_environment_has_about_as_many_resources_as_before(name: str, fewest: int, most: int, request: Any):
    """A jump is worth a look: each costs time at every `up`, some cost money."""
    stack: Stack = request.getfixturevalue(name)
    number = sum(one.custom for one in stack.up.resources)
    assert fewest <= number <= most
