import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components.maintenance_checklist import MaintenanceChecklist, MaintenanceChecklistArgs, backup_days
from runbook.settings import Backups, Maintenance
from tests.harness import Program

Run = Callable[..., Program]

ACCOUNT = "123456789012"
DATABASE = f"arn:aws:rds:us-east-1:{ACCOUNT}:db:mockforge-staging"
MACHINE = "sfn/stateMachine:StateMachine"


def a_checklist(name: str = "checklist", **changes: Any) -> Callable[[], None]:
    def program() -> None:
        args: dict[str, Any] = {
            "maintenance": Maintenance(),
            "backups": Backups(),
            "environment_name": "staging",
            "prefix": "mockforge-staging",
            "region": "us-east-1",
            "account_id": pulumi.Output.from_input(ACCOUNT),
            "url": "https://staging.example.com",
            "guide_url": "https://guide.example/incident-response.md",
            "announcement_topic_arn": f"arn:aws:sns:us-east-1:{ACCOUNT}:announcement",
            "announcement_topic_key_arn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1",
            "warning_topic_arn": pulumi.Output.from_input(f"arn:aws:sns:us-east-1:{ACCOUNT}:warning"),
            "warning_topic_key_arn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1",
            "maintenance_alarm_name": "mockforge-staging-maintenance",
            "smoke_test_function_arn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:mockforge-staging-smoke-test",
            "vault_name": "mockforge-staging",
            "vault_arn": f"arn:aws:backup:us-east-1:{ACCOUNT}:backup-vault:mockforge-staging",
            "backup_role_arn": f"arn:aws:iam::{ACCOUNT}:role/backup",
            "objects_bucket_arn": "arn:aws:s3:::objects",
            "configuration_bucket_arn": "arn:aws:s3:::configuration",
            "database_arn": DATABASE,
            "log_retention_days": 30,
        }
        made = MaintenanceChecklist(name, MaintenanceChecklistArgs(**(args | changes)))
        pulumi.export(f"{name}-arn", made.state_machine_arn)
        pulumi.export(f"{name}-word", made.word_parameter_name)

    return program


def definition(program: Program) -> dict[str, Any]:
    return json.loads(program.one(MACHINE)["definition"])


def rights(program: Program) -> dict[str, tuple[Any, Any]]:
    document = json.loads(program.one("RolePolicy", "checklist-policy")["policy"])
    return {one["Sid"]: (one["Action"], one["Resource"]) for one in document["Statement"]}


def test_the_machine_may_run_as_long_as_the_window_and_no_longer(registered: Run):
    assert definition(registered(a_checklist()))["TimeoutSeconds"] == 2 * 3600 - 60
    longer = registered(a_checklist(maintenance=Maintenance(duration_hours=4)))
    assert definition(longer)["TimeoutSeconds"] == 4 * 3600 - 60


def test_it_backs_up_database_objects_and_configuration_into_our_vault(registered: Run):
    states = definition(registered(a_checklist()))["States"]
    assert [one["what"] for one in states["Begin"]["Parameters"]["backed_up"]] == [
        "database",
        "objects",
        "configuration",
    ]
    start = states["Backup all systems"]["ItemProcessor"]["States"]["Start a backup"]
    assert start["Parameters"]["BackupVaultName"] == "mockforge-staging"
    assert start["Parameters"]["Lifecycle"] == {"DeleteAfterDays": 35}


@pytest.mark.parametrize(("retention", "kept"), [(35, 35), (14, 14), (7, 7), (1, 7)])
def test_its_backups_are_kept_as_long_as_all_others_within_what_the_vaults_lock_takes(retention: int, kept: int):
    assert backup_days(Backups.model_construct(retention_days=retention)) == kept


def test_the_role_may_do_what_the_definition_does_and_nothing_else(registered: Run):
    program = registered(a_checklist())
    may = {action.lower() for actions, _ in rights(program).values() for action in actions}
    may -= {one for one in may if one.startswith(("logs:", "kms:", "iam:", "lambda:"))}
    text = program.one(MACHINE)["definition"]
    does = {
        "sns:publish",
        *(part.split('"')[0].split(".")[0].lower() for part in text.split("arn:aws:states:::aws-sdk:")[1:]),
    }
    assert may == does


def test_the_role_reaches_only_what_is_ours(registered: Run):
    found = rights(registered(a_checklist()))
    assert found["MaintainTheDatabase"][1] == DATABASE
    assert found["StartBackups"][1] == f"arn:aws:backup:us-east-1:{ACCOUNT}:backup-vault:mockforge-staging"
    assert found["AskTheOperator"][1].endswith(":parameter/mockforge-cloud/staging/maintenance-word")
    assert [sid for sid, (_, resource) in found.items() if resource == "*"] == ["DeliverItsLog", "FollowBackups"]


def test_without_a_database_of_ours_it_has_no_right_to_any(registered: Run):
    program = registered(a_checklist(database_arn=None))
    assert "MaintainTheDatabase" not in rights(program)
    assert "rds" not in program.one(MACHINE)["definition"]


def test_only_this_machine_may_take_the_role(registered: Run):
    [trusted] = json.loads(registered(a_checklist()).one("Role", "checklist-role")["assumeRolePolicy"])["Statement"]
    assert trusted["Principal"] == {"Service": "states.amazonaws.com"}
    assert trusted["Condition"]["ArnLike"] == {
        "aws:SourceArn": f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:mockforge-staging-maintenance-checklist"
    }


def test_the_machine_is_made_after_its_role_may_do_what_it_has_to(registered: Run):
    program = registered(a_checklist())
    assert program.waits_for(program.one(MACHINE), program.one("RolePolicy", "checklist-policy"))


def test_the_operators_parameter_is_ours_and_its_value_is_left_to_the_checklist(registered: Run):
    program = registered(a_checklist())
    word = program.one("ssm/parameter:Parameter")
    assert (word["name"], word["type"]) == ("/mockforge-cloud/staging/maintenance-word", "String")
    assert word.options["ignore_changes"] == ["value"]
    assert program.stack_outputs["checklist-word"] == word["name"]


def test_its_log_is_kept_30_days_and_holds_no_messages(registered: Run):
    program = registered(a_checklist())
    assert {one["retentionInDays"] for one in program.all("LogGroup")} == {30}
    logging = program.one(MACHINE)["loggingConfiguration"]
    assert (logging["level"], logging["includeExecutionData"]) == ("ERROR", False)


def test_the_function_knows_where_operators_read_on(registered: Run):
    variables = registered(a_checklist()).one("lambda/function:Function")["environment"]["variables"]
    assert variables == {
        "ENVIRONMENT": "staging",
        "URL": "https://staging.example.com",
        "GUIDE_URL": "https://guide.example/incident-response.md#maintenance-checklist",
    }


def test_a_preview_knows_names_and_registers_the_same(registered: Run):
    previewed, made = registered(a_checklist(), preview=True), registered(a_checklist())
    assert {one.urn for one in previewed.resources} == {one.urn for one in made.resources}


def test_two_checklists_stand_side_by_side(registered: Run):
    def two() -> None:
        a_checklist("one", prefix="mockforge-one")()
        a_checklist("two", prefix="mockforge-two")()

    assert len(registered(two).all(MACHINE)) == 2
