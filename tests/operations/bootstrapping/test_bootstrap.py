"""`bootstrap`: whole commands against CloudFormation on a clock.

Guards: a second run that makes things twice, somebody else's provider or role taken over, a state bucket that a change
set would replace, an interruption that leaves half of it unknown.
"""

import json

import pytest

from operations.aws.clients import Clients
from operations.aws.service_roles import SERVICE_ROLES
from operations.bootstrapping.stack import BootstrapStack
from tests.operations.aws_world import AwsWorld, aws_error
from tests.operations.bootstrapping.cloudformation_world import CloudFormationWorld

RUN = ("bootstrap", "staging", "--repository", "mockforge/cloud-operations", "--yes")
STATE = "s3://mockforge-staging-state-123456789012-us-east-1?region=us-east-1"
ROLE = "arn:aws:iam::123456789012:role/mockforge-staging"


@pytest.fixture
def world(aws: AwsWorld, monkeypatch: pytest.MonkeyPatch) -> CloudFormationWorld:
    monkeypatch.setattr("operations.settings_session.SystemClock", lambda: aws.clock)
    return CloudFormationWorld(aws=aws)


def test_the_first_run_makes_everything_and_says_what_to_do_next(world: CloudFormationWorld):
    answer = world.aws(*RUN)
    assert answer.code == 0, answer.err
    assert world.stack["StackStatus"] == "CREATE_COMPLETE"
    assert world.stack["EnableTerminationProtection"] is True
    for line in (
        f"  pulumi login '{STATE}'",
        "  pulumi stack init staging --secrets-provider='awskms://alias/mockforge-staging-pulumi?region=us-east-1'",
        f"  gh variable set STAGING_PREVIEW_ROLE --repo mockforge/cloud-operations --body {ROLE}-preview",
        f"  gh variable set STAGING_STATE_BUCKET --repo mockforge/cloud-operations --body '{STATE}'",
        f"  gh variable set DEPLOY_ROLE --repo mockforge/cloud-operations --env staging --body {ROLE}-deploy",
        "    roles_boundary: mockforge-staging-boundary",
        "  ./mfcloud doctor staging",
    ):
        assert f"\n{line}\n" in f"\n{answer.out}", line
    assert "+ StateBucket " in answer.err, "what changes is said before it is done"
    assert "resources done" in answer.err


def test_the_parameters_are_the_settings(world: CloudFormationWorld):
    world.aws(*RUN)
    said = world.parameters
    assert {key: said[key] for key in said if not key.startswith("Create")} == {
        "EnvironmentName": "staging",
        "Repository": "mockforge/cloud-operations",
        "HostedZoneId": "Z0PUBLIC",
        "PagerdutySecret": "",  # staging has none
        "ImageReaderAccounts": "",
        "ImageRepositoryName": "mockforge-cloud",
        "BudgetUsd": "400",
        "BudgetEmail": "staging-alerts@mockforge.dev",
    }
    assert {said[key] for key in said if key.startswith("Create")} == {"true"}


def test_a_second_run_has_nothing_to_do_says_so_and_needs_no_repository(world: CloudFormationWorld):
    world.aws(*RUN)
    what_is_there_now(world)
    before = json.dumps(world.stack, default=str)
    answer = world.aws("bootstrap", "staging", "--yes")
    assert (answer.code, json.dumps(world.stack, default=str)) == (0, before)
    assert "nothing to do: everything is as bootstrap/template.yaml says\n" in answer.err
    assert "pulumi login" in answer.out
    assert world.change_sets == {}


def what_is_there_now(world: CloudFormationWorld) -> None:
    """The stack's own things answer when they are asked for by name."""
    world.roles |= {row.name for row in SERVICE_ROLES}
    world.providers.add("token.actions.githubusercontent.com")
    world.repositories.add("mockforge-cloud")
    world.buckets.add("mockforge-staging-state-123456789012-us-east-1")
    world.aliases.add("alias/mockforge-staging-pulumi")


def test_what_the_account_has_already_is_used_and_left_alone(world: CloudFormationWorld):
    world.roles |= {"AWSServiceRoleForECS", "AWSServiceRoleForRDS"}
    world.providers.add("token.actions.githubusercontent.com")
    world.repositories.add("mockforge-cloud")
    answer = world.aws(*RUN)
    assert answer.code == 0
    left = {key for key, value in world.parameters.items() if value == "false"}
    assert left == {"CreateEcsRole", "CreateRdsRole", "CreateGithubProvider", "CreateImageRepository"}
    assert "left to others, who made it or keep it: ImageRepository, GithubProvider, EcsRole, RdsRole" in answer.err
    assert {"EcsRole", "GithubProvider", "ImageRepository"} & world.stack["_resources"].keys() == set()
    assert "docker push" not in answer.out


def test_a_second_environment_in_the_same_account_takes_nothing_from_the_first(world: CloudFormationWorld):
    world.aws(*RUN)
    what_is_there_now(world)
    answer = world.aws("bootstrap", "production", "--repository", "mockforge/cloud-operations", "--yes")
    assert answer.code == 0, answer.err
    made = {one["StackName"]: set(one["_resources"]) for one in world.stacks.values()}
    assert "GithubProvider" in made["mockforge-staging-bootstrap"]
    shared = {"GithubProvider", "ImageRepository", "EcsRole", "RdsRole"}
    assert made["mockforge-production-bootstrap"] & shared == set()
    again = world.aws("bootstrap", "staging", "--yes")
    assert "nothing to do" in again.err, "the first still holds what it made"


def test_an_image_kept_elsewhere_makes_no_repository(world: CloudFormationWorld, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("operations.bootstrapping.parameters.own_image", lambda *_: None)
    monkeypatch.setattr("operations.bootstrapping.account.own_image", lambda *_: None)
    world.aws(*RUN)
    assert world.parameters["CreateImageRepository"] == "false"


def test_without_a_repository_the_first_run_is_refused_and_nothing_is_made(world: CloudFormationWorld):
    answer = world.aws("bootstrap", "staging", "--yes")
    assert (answer.code, world.stacks) == (2, {})
    assert "error: it is not known which GitHub repository may come in\nhint: --repository owner/name" in answer.err


@pytest.mark.parametrize("wrong", ["mockforge", "a/b/c", "repo:a/b", "a/b:*", "*/b"])
def test_a_repository_of_another_form_is_bad_input(world: CloudFormationWorld, wrong: str):
    answer = world.aws("bootstrap", "staging", "--repository", wrong, "--yes")
    assert (answer.code, world.aws.calls) == (2, [])


def test_ids_in_the_repository_stay_in_the_trust_and_out_of_githubs_commands(world: CloudFormationWorld):
    answer = world.aws("bootstrap", "staging", "--repository", "mockforge@12/ops@34", "--yes")
    assert world.parameters["Repository"] == "mockforge@12/ops@34"
    assert "--repo mockforge/ops " in answer.out
    assert "@12" not in answer.out


def test_a_dry_run_shows_the_changes_and_leaves_no_trace(world: CloudFormationWorld):
    answer = world.aws(*RUN, "--dry-run")
    assert answer.code == 0
    assert "+ StateBucket " in answer.err
    assert answer.err.endswith("dry run: nothing was changed\n")
    assert (world.change_sets, {one["StackStatus"] for one in world.stacks.values()}) == ({}, {"DELETE_COMPLETE"})


def test_without_a_person_to_ask_nothing_is_made_and_no_trace_is_left(world: CloudFormationWorld):
    answer = world.aws(*RUN[:-1])
    assert answer.code == 2
    assert (world.change_sets, {one["StackStatus"] for one in world.stacks.values()}) == ({}, {"DELETE_COMPLETE"})


def test_credentials_of_another_account_are_refused(world: CloudFormationWorld, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("operations.settings_session.SettingsSession.account_id", lambda _: "999999999999")
    from operations.project import load_environment

    settings = load_environment("staging")
    located = settings.model_copy(
        update={"location": settings.location.model_copy(update={"account_id": "123456789012"})}
    )
    monkeypatch.setattr("operations.settings_session.load_environment", lambda _: located)
    answer = world.aws(*RUN)
    assert (answer.code, world.stacks) == (3, {})
    assert "these credentials are of account 999999999999; staging belongs into 123456789012" in answer.err


def test_a_bucket_of_an_earlier_bootstrap_is_never_written_over(world: CloudFormationWorld):
    world.buckets.add("mockforge-staging-state-123456789012-us-east-1")
    answer = world.aws(*RUN)
    assert (answer.code, world.stacks) == (3, {})
    assert "of an earlier bootstrap of staging are there, and no stack holds them" in answer.err


@pytest.mark.parametrize("how", [{"Action": "Remove"}, {"Action": "Modify", "Replacement": "Conditional"}])
@pytest.mark.parametrize("what", ["StateBucket", "SecretsKey"])
def test_a_change_that_would_lose_the_state_or_its_key_is_refused(
    world: CloudFormationWorld, monkeypatch: pytest.MonkeyPatch, what: str, how: dict[str, str]
):
    world.aws(*RUN)
    what_is_there_now(world)
    monkeypatch.setattr(
        "tests.operations.bootstrapping.cloudformation_world._changes",
        lambda *_: [{"LogicalResourceId": what, "ResourceType": "any"} | how],
    )
    answer = world.aws("bootstrap", "staging", "--yes")
    assert (answer.code, world.aws.asked("ExecuteChangeSet")) == (3, world.aws.asked("ExecuteChangeSet")[:1])
    assert f"that would take away or make anew {what}" in answer.err
    assert world.change_sets == {}


def test_what_cloudformation_could_not_make_is_told_and_leaves_nothing_in_the_way(world: CloudFormationWorld):
    world.fails_at = "DeployRole"
    answer = world.aws(*RUN)
    assert answer.code == 1
    assert "ended as DELETE_COMPLETE" in answer.err
    assert "  DeployRole: limit exceeded: you have 5 of 5\n" in answer.err
    assert "cancelled" not in answer.err, "what only followed is not told"
    world.fails_at = ""
    assert world.aws(*RUN).code == 0


def test_a_failed_update_says_that_it_was_taken_back(world: CloudFormationWorld):
    world.aws(*RUN)
    what_is_there_now(world)
    world.fails_at = "DeployRole"
    answer = world.aws("bootstrap", "staging", "--budget-usd", "500", "--yes")
    assert answer.code == 1
    assert "ended as UPDATE_ROLLBACK_COMPLETE; CloudFormation took back what it had done" in answer.err
    world.fails_at = ""
    assert world.aws("bootstrap", "staging", "--budget-usd", "500", "--yes").code == 0
    assert world.parameters["BudgetUsd"] == "500"


def test_a_state_from_before_is_not_taken_for_the_end(world: CloudFormationWorld):
    world.slow_to_begin = True
    assert world.aws(*RUN).code == 0
    what_is_there_now(world)
    assert world.aws("bootstrap", "staging", "--budget-usd", "500", "--yes").code == 0
    assert world.parameters["BudgetUsd"] == "500"


def test_interrupted_it_goes_on_in_aws_and_the_next_run_follows_it(world: CloudFormationWorld):
    def press() -> None:
        if world.aws.asked("ExecuteChangeSet"):
            raise KeyboardInterrupt
        world.aws.clock.once(press)

    world.aws.clock.once(press)
    answer = world.aws(*RUN)
    assert answer.code == 130
    assert "interrupted while waiting for the stack mockforge-staging-bootstrap; it goes on in AWS" in answer.err
    again = world.aws("bootstrap", "staging", "--yes")
    assert again.code == 0, again.err
    assert "CloudFormation is at work on it already" in again.err
    assert "nothing to do" in again.err
    assert len(world.aws.asked("ExecuteChangeSet")) == 1


def test_of_two_operators_the_second_is_told(world: CloudFormationWorld):
    refusal = aws_error("InvalidChangeSetStatus", "ExecuteChangeSet", "the change set is OBSOLETE")
    world.aws.faults["ExecuteChangeSet"] = [refusal]
    answer = world.aws(*RUN)
    assert answer.code == 3
    assert "somebody else has changed stack mockforge-staging-bootstrap in the meantime" in answer.err


def test_a_stack_that_cannot_be_updated_says_the_way_out(world: CloudFormationWorld):
    world.aws(*RUN)
    what_is_there_now(world)
    world.stack["StackStatus"] = "UPDATE_ROLLBACK_FAILED"
    answer = world.aws("bootstrap", "staging", "--yes")
    assert answer.code == 1
    assert "continue-update-rollback --stack-name mockforge-staging-bootstrap" in answer.err


def test_json_has_changes_outputs_and_next_steps(world: CloudFormationWorld):
    answer = world.aws(*RUN, "--json")
    said = json.loads(answer.out)
    assert (said["environment"], said["changed"]) == ("staging", True)
    assert {one["action"] for one in said["changes"]} == {"Add"}
    assert said["outputs"]["DeployRole"] == "arn:aws:iam::123456789012:role/mockforge-staging-deploy"
    assert f"pulumi login '{STATE}'" in [line for step in said["next"] for line in step["lines"]]


def test_two_public_zones_of_one_name_are_not_chosen_from(world: CloudFormationWorld):
    world.zones = [("mockforge.dev", "Z1", False), ("mockforge.dev", "Z2", False), ("mockforge.dev", "Z3", True)]
    world.aws(*RUN)
    assert world.parameters["HostedZoneId"] == "*"


def test_there_is_no_stack_where_there_is_none(world: CloudFormationWorld):
    assert BootstrapStack(Clients(region="us-east-1"), "staging").standing() is None
    assert world.stacks == {}
