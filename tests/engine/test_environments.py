"""Both environments as wholes: up, moved by AWS, edited, destroyed."""

import json
from typing import Any

import pytest
from pulumi import automation

from offline.deployments import set_parameter
from offline.engine import Engine
from offline.provider.store import Store
from operations.engine.plan import Plan
from tests.engine.conftest import changes
from tests.engine.whole import Whole, changed, planned, whole

DIGEST = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
OTHER_DIGEST = "7a" * 32
SMOKE_TEST = ("update", "smoke-test-function")
MEMORY_86 = "  mockforge-cloud:alerts:\n    memory_percent: 86\n"


@pytest.fixture
def staging(tmp_path, engine: Engine) -> Whole:
    return whole(tmp_path / "staging", "staging", engine)


@pytest.fixture
def production(tmp_path, engine: Engine) -> Whole:
    return whole(tmp_path / "production", "production", engine)


def name_of(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]


def weights(rule: dict[str, Any]) -> list[int]:
    return [group["weight"] for group in rule["actions"][0]["forward"]["targetGroups"]]


def move_traffic(cloud: Store, blue: int, green: int) -> None:
    """Play ECS at the end of a deployment."""

    def shift(rule: dict[str, Any]) -> None:
        for group, weight in zip(rule["actions"][0]["forward"]["targetGroups"], (blue, green), strict=True):
            group["weight"] = weight

    for name in ("colours-test", "colours-production"):
        cloud.change("ListenerRule", name, shift)


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Dotted path to value of everything in a JSON document that is neither an object nor a list."""
    if not isinstance(value, (dict, list)):
        return {path: value}
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return {
        inner: leaf for key, one in items for inner, leaf in leaves(one, f"{path}.{key}" if path else str(key)).items()
    }


def differences(plan: Plan, parameter: str) -> dict[str, tuple[Any, Any]]:
    """Where the JSON in an SSM parameter would differ: dotted path to what stands there and what would."""
    [step] = [one for one in plan.steps if one.name == parameter]
    [change] = step.changes
    before, after = leaves(json.loads(change.before)), leaves(json.loads(change.after))
    paths = before.keys() | after.keys()
    return {path: (before.get(path), after.get(path)) for path in sorted(paths) if before.get(path) != after.get(path)}


@pytest.mark.engine
@pytest.mark.parametrize("name", ["staging", "production"])
def test_a_new_environment_is_previewed_as_created_as_a_whole_without_a_word_of_warning(tmp_path, engine: Engine, name):
    plan = planned(whole(tmp_path / name, name, engine).stack())
    assert {str(step.action) for step in plan.steps} == {"create"}
    assert plan.diagnostics == ()
    assert set(plan.components) >= {"network", "web", "colours", "service", "database", "backups", "alerts"}
    assert plan.outputs["dashboard"]


@pytest.mark.engine
@pytest.mark.slow
def test_what_aws_moves_in_staging_stays_moved_with_either_colour_live_and_destroy_leaves_nothing(staging: Whole):
    stack = staging.stack()
    assert set(changes(stack.up())) == {"create"}
    assert changes(stack.preview()) == {}
    stack.refresh()
    assert changes(stack.preview(refresh=True)) == {}

    for blue, green in ((0, 100), (100, 0)):
        move_traffic(staging.cloud, blue, green)
        staging.cloud.change("ecs/service:Service", "service", lambda one: one.update(desiredCount=3))
        staging.cloud.change(  # AWS Backup's first continuous backup
            "rds/instance:Instance",
            "database",
            lambda one: one.update(backupRetentionPeriod=35, backupWindow="05:00-06:00"),
        )
        set_parameter(
            staging.cloud,
            "/mockforge-cloud/staging/withdrawn",
            f'[{{"image":"sha256:{OTHER_DIGEST}","at":"2026-11-24T09:30:00Z","reason":"slow"}}]',
        )
        assert changes(stack.preview()) == {}
        assert changes(stack.preview(refresh=True)) == {}
        assert changes(stack.up(refresh=True)) == {}  # from here on Pulumi's state knows it too
        assert changes(stack.up()) == {}
        for rule in ("colours-test", "colours-production"):
            assert weights(staging.cloud.one("ListenerRule", rule).outputs) == [blue, green]
        assert staging.cloud.one("ecs/service:Service", "service").outputs["desiredCount"] == 3
        database = staging.cloud.one("rds/instance:Instance", "database").outputs
        assert (database["backupRetentionPeriod"], database["backupWindow"]) == (35, "05:00-06:00")
        assert (
            OTHER_DIGEST in staging.cloud.one("ssm/parameter:Parameter", "service-withdrawn").outputs["insecureValue"]
        )

    stack.destroy()
    # A task definition is kept on purpose for rollbacks. At AWS it costs nothing.
    assert {row.type for row in staging.cloud.all()} == {"aws:ecs/taskDefinition:TaskDefinition"}
    assert staging.state == []


@pytest.mark.engine
@pytest.mark.slow
def test_staging_can_be_brought_up_again_after_it_was_destroyed(staging: Whole):
    stack = staging.stack()
    stack.up()
    first = len(staging.cloud.all())
    stack.destroy()
    assert set(changes(stack.up())) == {"create"}
    assert len(staging.cloud.all()) == first + 1  # the task definition of the first life
    assert changes(stack.preview()) == {}


@pytest.mark.engine
@pytest.mark.slow
def test_a_changed_number_changes_what_says_it_and_a_new_image_is_a_new_task_definition(staging: Whole):
    staging.stack().up()
    old = staging.cloud.one("TaskDefinition", "service-task")

    with staging.saying(('    version: "0.3.238"', '    version: "0.3.238"\n    health_grace_seconds: 301')):
        assert list(changed(planned(staging.stack()))) == [("update", "service", ("healthCheckGracePeriodSeconds",))]
    with staging.saying(("  mockforge-cloud:contacts:", f"{MEMORY_86}  mockforge-cloud:contacts:")):
        plan = planned(staging.stack())
        assert list(changed(plan)) == [
            ("update", "alarms-database-memory", ("alarmDescription", "metricQueries", "threshold")),
            ("update", "alarms-task-memory", ("alarmDescription", "threshold")),
            ("update", "alerts-database-memory", ("alarmDescription",)),
            ("update", "alerts-task-memory", ("alarmDescription",)),
            ("update", "dashboard-health", ("dashboardBody",)),  # which draws the alert's line
            ("update", "operations-parameter", ("insecureValue",)),  # which tells the reports the line
        ]
        assert differences(plan, "operations-parameter") == {"alert_lines.memory_percent": (85, 86)}

    with staging.saying((DIGEST, OTHER_DIGEST)):
        stack = staging.stack()
        assert list(changed(planned(stack))) == [
            ("update", "service", ("taskDefinition",)),
            ("replace", "service-task", ("containerDefinitions",)),
            ("update", "smoke-test-function", ("environment",)),  # it expects the new image
        ]
        steps: list[tuple[str, str]] = []

        def see(event: automation.EngineEvent) -> None:
            if (happened := event.resource_pre_event) and happened.metadata.op.value != "same":
                steps.append((happened.metadata.op.value, name_of(happened.metadata.urn)))

        stack.up(on_event=see)
        assert [one for one in steps if one != SMOKE_TEST] == [
            ("create-replacement", "service-task"),
            ("replace", "service-task"),
            ("update", "service"),
            ("delete-replaced", "service-task"),
        ]
        assert steps.index(SMOKE_TEST) < steps.index(("update", "service"))
        assert changes(stack.preview(refresh=True)) == {}
    revisions = {row.outputs["arn"] for row in staging.cloud.all("TaskDefinition")}
    assert old.outputs["arn"] in revisions  # a rollback starts it again
    assert {staging.cloud.one("ecs/service:Service", "service").outputs["taskDefinition"]} == revisions - {
        old.outputs["arn"]
    }


@pytest.mark.engine
@pytest.mark.slow
def test_what_belongs_into_another_region_stands_there_and_nothing_else_does(production: Whole):
    here = "    recovery_region: us-west-2", "    region: eu-west-1\n    recovery_region: eu-central-1"
    with production.saying(here):
        production.stack().up()
    rows = production.cloud.all()
    names: dict[str, set[str]] = {}
    for row in rows:
        names.setdefault(row.region, set()).add(name_of(row.urn))
        assert row.outputs.get("region", row.region) == row.region
        arn = str(row.outputs.get("arn", "")).split(":")
        assert len(arn) < 6 or arn[3] == ("" if row.region == "global" else row.region) or arn[2] == "s3", row.urn
    assert names.keys() == {"eu-west-1", "eu-central-1", "us-east-1", "global"}
    assert names["eu-central-1"] == {
        "backups-recovery-vault",
        "backups-recovery-vault-key",
        "backups-recovery-vault-key-alias",
        "backups-recovery-vault-lock",
    }
    assert names["us-east-1"] == {  # Route 53 publishes its metrics nowhere else
        "notifications-outside",
        "notifications-outside-key",
        "notifications-outside-key-alias",
        "notifications-outside-pagerduty",
        "notifications-outside-policy",
        "outside-outside-check",
    }
    services = {row.type.split(":")[1].split("/")[0] for row in rows if row.region == "global"}
    assert services == {"budgets", "iam", "route53"}
    replicas = {
        name_of(row.urn): [one["region"] for one in row.outputs["replicas"]]
        for row in rows
        if row.type.endswith("secret:Secret")
    }
    assert len(replicas) == 4
    assert set(map(tuple, replicas.values())) == {("eu-central-1",)}
