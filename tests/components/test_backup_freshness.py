"""Runbook, "Backup Verification": the hourly look at how old the newest restorable points are."""

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components.backup_freshness import BackupFreshness, BackupFreshnessArgs
from functions.backup_freshness.measurements import measurements
from functions.backup_freshness.settings import read_settings
from functions.common.configuration_document import FOLDER
from runbook.alarms import catalogue, own_namespace
from tests.environments import environment
from tests.harness import Program

Run = Callable[..., Program]

DATABASE = "arn:aws:rds:eu-west-1:123456789012:db:mockforge-staging"
VAULT = "arn:aws:backup:eu-west-1:123456789012:backup-vault:mockforge-staging"
RECOVERY_VAULT = "arn:aws:backup:eu-central-1:123456789012:backup-vault:mockforge-staging"
WITH_COPIES: dict[str, Any] = {
    "recovery_region": "eu-central-1",
    "recovery_vault_name": pulumi.Output.from_input("mockforge-staging"),
    "recovery_vault_arn": RECOVERY_VAULT,
}


def a_look(name: str = "freshness", **changes: Any) -> Callable[[], None]:
    def program() -> None:
        args: dict[str, Any] = {
            "prefix": "mockforge-staging",
            "namespace": "MockForgeCloud/staging",
            "vault_name": pulumi.Output.from_input("mockforge-staging"),
            "vault_arn": VAULT,
            "recovery_region": None,
            "objects_bucket_arn": "arn:aws:s3:::objects",
            "configuration_bucket_arn": "arn:aws:s3:::kept",
            "database_arn": DATABASE,
            "log_retention_days": 30,
            "warning_topic_arn": "arn:aws:sns:eu-west-1:123456789012:warning",
            "warning_topic_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/2",
        }
        made = BackupFreshness(name, BackupFreshnessArgs(**(args | changes)))
        pulumi.export("name", made.function_name)

    return program


def statements(program: Program) -> dict[str, dict[str, Any]]:
    document = json.loads(program.one("RolePolicy", "freshness-function-policy")["policy"])
    return {one["Sid"]: one for one in document["Statement"]}


def variables(program: Program) -> dict[str, str]:
    return program.one("lambda/function:Function")["environment"]["variables"]


@pytest.mark.parametrize("preview", [True, False])
def test_it_runs_every_hour(registered: Run, preview: bool):
    one = registered(a_look(), preview=preview).one("scheduler/schedule:Schedule")
    assert (one["scheduleExpression"], one["scheduleExpressionTimezone"]) == ("cron(20 * ? * * *)", "UTC")
    assert one["name"] == "mockforge-staging-backup-freshness"


@pytest.mark.parametrize("recovery_region", [None, "eu-central-1"])
@pytest.mark.parametrize("kind", ["rds", "external"])
def test_what_is_measured_is_exactly_what_the_alarms_watch(registered: Run, recovery_region: str | None, kind: str):
    wanted = environment(
        location={"region": "eu-west-1", "recovery_region": recovery_region},
        database={"kind": kind, "external_url_secret": None if kind == "rds" else "elsewhere"},
    )
    watched = {
        (metric.namespace, metric.name, metric.fixed["Kind"], metric.fixed["Place"])
        for row in catalogue(wanted)
        for metric in row.metrics.values()
        if "Place" in metric.fixed
    }
    changes: dict[str, Any] = {**WITH_COPIES} if recovery_region else {}
    changes["database_arn"] = DATABASE if kind == "rds" else None
    look = a_look(namespace=own_namespace(wanted), **changes)
    settings = read_settings(variables(registered(look)))
    assert {
        (settings.namespace, settings.metric_name, row.kind, row.place) for row in measurements(settings)
    } == watched


def test_what_the_component_sets_is_what_the_function_reads(registered: Run):
    read = read_settings(variables(registered(a_look(**WITH_COPIES))))
    assert (read.vault, read.recovery_vault, read.recovery_region) == (
        "mockforge-staging",
        "mockforge-staging",
        "eu-central-1",
    )
    assert (read.objects_bucket_arn, read.configuration_bucket_arn) == ("arn:aws:s3:::objects", "arn:aws:s3:::kept")
    assert (read.configuration_folder, read.database_arn) == (FOLDER, DATABASE)


def test_it_may_look_and_publish_and_nothing_else(registered: Run):
    rights = statements(registered(a_look(**WITH_COPIES)))
    own = {sid: (one["Action"], one["Resource"], one.get("Condition")) for sid, one in rights.items()}
    for basic in ("WriteItsLog", "TellOfFailures", "EncryptWhatItTells"):
        del own[basic]
    assert own == {
        "ListRecoveryPoints": (["backup:ListRecoveryPointsByBackupVault"], [VAULT, RECOVERY_VAULT], None),
        "ListConfigurationBackups": (
            ["s3:ListBucketVersions"],
            "arn:aws:s3:::kept",
            {"StringEquals": {"s3:prefix": "configuration/"}},
        ),
        "PublishTheAges": (
            ["cloudwatch:PutMetricData"],
            "*",
            {"StringEquals": {"cloudwatch:namespace": "MockForgeCloud/staging"}},
        ),
        "LookAtTheDatabase": (["rds:DescribeDBInstances"], DATABASE, None),
    }


def test_without_copies_and_a_database_of_ours_it_may_look_at_less(registered: Run):
    rights = statements(registered(a_look(database_arn=None)))
    assert rights["ListRecoveryPoints"]["Resource"] == [VAULT]
    assert "LookAtTheDatabase" not in rights


def test_a_recovery_region_without_its_vault_is_refused(registered: Run):
    with pytest.raises(Exception, match="recovery_region needs recovery_vault_name and recovery_vault_arn"):
        registered(a_look(recovery_region="eu-central-1"))


def test_a_late_start_never_meets_the_next_one(registered: Run):
    program = registered(a_look())
    retry = program.one("scheduler/schedule:Schedule")["target"]["retryPolicy"]
    assert retry["maximumEventAgeInSeconds"] + program.one("lambda/function:Function")["timeout"] < 3600


def test_its_name_is_known_early_and_two_stand_side_by_side(registered: Run):
    assert registered(a_look(), preview=True).stack_outputs["name"] == "mockforge-staging-backup-freshness"

    def two() -> None:
        a_look("one")()
        a_look("two", prefix="mockforge-production")()

    assert len(registered(two).all("scheduler/schedule:Schedule")) == 2
