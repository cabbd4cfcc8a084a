"""`doctor`: whole commands against an account in which nothing, or one thing, is missing.

Guards: a check that could not be made and counts as well, a first `up` that fails after an hour for what could be seen
before, a key of PagerDuty's on the screen.
"""

import json
from typing import Any

import pytest

from operations.doctoring.patient import Unanswered
from operations.doctoring.table import CHECKS
from tests.operations.aws_world import AwsWorld, Said, aws_error
from tests.operations.doctoring.account_world import CONFIG, NAME_SERVERS, PAGERDUTY, AccountWorld, raises

OURS = {"Tags": [{"Key": "Service", "Value": "mockforge-cloud"}, {"Key": "Environment", "Value": "production"}]}
LATER = "there are none before the first `up`"


@pytest.fixture
def world(aws: AwsWorld, monkeypatch: pytest.MonkeyPatch) -> AccountWorld:
    monkeypatch.setattr("operations.settings_session.SystemClock", lambda: aws.clock)
    made = AccountWorld(aws=aws)
    monkeypatch.setattr("operations.doctoring.outside.outside", made.outside)
    return made


def checks(world: AccountWorld, environment: str = "production", *more: str) -> dict[str, dict[str, Any]]:
    answer = world.aws("doctor", environment, "--json", *more)
    return {one["name"]: one for one in json.loads(answer.out)["checks"]}


def told(world: AccountWorld, name: str, environment: str = "production") -> tuple[str, str, str]:
    """State, first finding that is not well (or the first), and its way out."""
    one = checks(world, environment)[name]
    worst = [finding for finding in one["findings"] if finding["state"] != "ok"] or one["findings"]
    return one["state"], worst[0]["says"], worst[0]["way_out"]


def changed(monkeypatch: pytest.MonkeyPatch, section: str, **keys: Any) -> None:
    """Another stack file."""
    from operations import project

    original = project.load_environment

    def load(name: str) -> Any:
        settings = original(name)
        return settings.model_copy(update={section: getattr(settings, section).model_copy(update=keys)})

    monkeypatch.setattr("operations.settings_session.load_environment", load)


# --- the whole


def test_an_account_in_which_nothing_is_missing_is_well_but_for_what_nobody_can_see_from_here(world: AccountWorld):
    answer = world.aws("doctor", "production")
    assert answer.code == 0, answer.out
    assert answer.out.splitlines()[0] == "production in account 123456789012, us-east-1; it stands"
    assert answer.out.splitlines()[-1] == "12 ok, 0 wrong, 2 unknown"
    states = {name: one["state"] for name, one in checks(world).items()}
    assert [name for name, state in states.items() if state != "ok"] == ["row security", "PagerDuty"]
    assert list(states) == [check.name for check in CHECKS]


def test_before_the_first_up_what_comes_with_it_is_unknown(world: AccountWorld):
    answer = world.aws("doctor", "staging")
    assert answer.code == 0, answer.out
    assert answer.out.startswith("staging in account 123456789012, us-east-1; it does not stand yet\n")
    assert told(world, "e-mail", "staging")[:2] == ("unknown", f"e-mail subscriptions: {LATER}")
    assert told(world, "PagerDuty", "staging")[:2] == ("ok", "none: critical alerts go by e-mail")


def test_with_strict_what_is_unknown_fails(world: AccountWorld):
    assert world.aws("doctor", "production", "--strict").code == 1


def test_it_only_asks(world: AccountWorld):
    world.aws("doctor", "production")
    words = ("Get", "List", "Describe", "Head", "BatchGet")
    assert [name for name, _ in world.aws.calls if not name.startswith(words)] == []


def test_pagerdutys_key_is_nowhere_on_the_screen(world: AccountWorld):
    answer = world.aws("doctor", "production")
    assert PAGERDUTY.split("/")[4] not in answer.out + answer.err


def test_every_problem_has_a_way_out(world: AccountWorld):
    spoil(world)
    for check in checks(world).values():
        for finding in check["findings"]:
            assert (finding["state"] == "ok") == (finding["way_out"] == ""), finding


def test_a_person_sees_the_worst_of_a_check_first_and_the_way_out_below(world: AccountWorld):
    world.roles.discard("AWSServiceRoleForECS")
    answer = world.aws("doctor", "production")
    assert answer.code == 1
    lines = answer.out.splitlines()
    [at] = [number for number, line in enumerate(lines) if "AWSServiceRoleForECS" in line]
    assert lines[at].startswith("WRONG    service roles    AWSServiceRoleForECS is missing (tasks get their addresses)")
    assert lines[at + 1].strip() == "→ aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com"


def spoil(world: AccountWorld) -> None:
    world.roles.clear()
    world.zones.clear()
    world.buckets.clear()
    world.keys.clear()
    world.images.clear()
    world.versions.clear()
    world.quotas = dict.fromkeys(world.quotas, 0.0)
    world.missing_zones = {"us-east-1a"}
    world.subscriptions = {topic: [] for topic in world.subscriptions}


def test_all_that_is_wrong_is_told_at_once(world: AccountWorld):
    spoil(world)
    found = [name for name, one in checks(world).items() if one["state"] == "wrong"]
    assert found == [
        "regions",
        "state and key",
        "service roles",
        "quotas",
        "hosted zone",
        "image",
        "database",
        "PagerDuty",
        "e-mail",
    ]


# --- what cannot be looked at


ASKS = {
    "regions": "DescribeRegions",
    "state and key": "HeadBucket",
    "service roles": "GetRole",
    "quotas": "GetAWSDefaultServiceQuota",
    "hosted zone": "GetHostedZone",
    "image": "BatchGetImage",
    "secrets": "DescribeSecret",
    "database": "DescribeOrderableDBInstanceOptions",
    "PagerDuty": "ListSubscriptionsByTopic",
    "e-mail": "ListSubscriptionsByTopic",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ASKS)
@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
def test_what_aws_does_not_tell_is_unknown_and_the_rest_goes_on(world: AccountWorld, name: str, code: str):
    world.aws.faults[ASKS[name]] = [aws_error(code, ASKS[name]) for _ in range(40)]
    found = checks(world)
    assert found[name]["state"] == "unknown"
    assert all(one["way_out"] for one in found[name]["findings"] if one["state"] == "unknown")
    assert [other for other, one in found.items() if one["state"] == "wrong"] == []


def test_without_credentials_nothing_is_examined(world: AccountWorld):
    world.aws.faults["GetCallerIdentity"] = [aws_error("ExpiredToken", "GetCallerIdentity")]
    answer = world.aws("doctor", "production")
    assert (answer.code, answer.out) == (1, "")
    assert "hint: sign in to AWS" in answer.err


def test_credentials_that_expire_in_the_middle_end_it(world: AccountWorld):
    world.aws.faults["GetHostedZone"] = [aws_error("ExpiredTokenException", "GetHostedZone")]
    answer = world.aws("doctor", "production")
    assert (answer.code, answer.out) == (1, "")


def test_a_manifest_that_may_not_be_read_leaves_people_unknown(world: AccountWorld):
    world.aws.faults["GetParameter"] = [aws_error("AccessDeniedException", "GetParameter") for _ in range(2)]
    answer = world.aws("doctor", "production")
    assert "; whether it stands is unknown\n" in answer.out
    assert told(world, "e-mail")[0] == "unknown"


# --- one by one


def test_another_account_than_the_settings_name_is_wrong(world: AccountWorld, monkeypatch: pytest.MonkeyPatch):
    changed(monkeypatch, "location", account_id="999999999999")
    assert told(world, "credentials")[0] == "wrong"
    changed(monkeypatch, "location", account_id="123456789012")
    assert told(world, "credentials")[0] == "ok"


def test_a_second_region_that_is_switched_off_is_wrong(world: AccountWorld):
    world.switched_off = {"us-west-2"}
    assert told(world, "regions") == (
        "wrong",
        "us-west-2 is switched off",
        "aws account enable-region --region-name us-west-2",
    )


def test_without_bucket_and_key_bootstrap_is_the_way_out(world: AccountWorld):
    world.buckets.clear()
    state, says, way_out = told(world, "state and key", "staging")
    assert (state, way_out) == ("wrong", "./mfcloud bootstrap staging")
    assert says == "there is no state bucket mockforge-staging-state-123456789012-us-east-1"


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ("encryptionsalt: v1:abc", "wrong"),
        ("secretsprovider: passphrase", "wrong"),
        ("secretsprovider: awskms://alias/mockforge-staging-pulumi?region=us-east-1", "ok"),
        ("secretsprovider: awskms:///arn:aws:kms:us-east-1:123456789012:key/elsewhere?region=us-east-1", "wrong"),
    ],
)
def test_the_key_is_the_one_that_the_stack_file_names(
    world: AccountWorld, monkeypatch: pytest.MonkeyPatch, lines: str, state: str
):
    key, _, value = lines.partition(": ")
    monkeypatch.setattr("operations.project._content", lambda *_: {key: value})
    assert told(world, "state and key", "staging")[0] == state


def test_a_key_is_looked_for_in_its_own_region(world: AccountWorld, monkeypatch: pytest.MonkeyPatch):
    provider = "awskms://alias/mockforge-staging-pulumi?region=eu-west-1"
    monkeypatch.setattr("operations.project._content", lambda *_: {"secretsprovider": provider})
    asked: list[str] = []
    from operations.aws import lookups

    original = lookups.has_key

    def has_key(clients: Any, key: str, region: str) -> bool:
        asked.append(region)
        return original(clients, key, region)

    monkeypatch.setattr("operations.doctoring.account.has_key", has_key)
    assert told(world, "state and key", "staging")[0] == "ok"
    assert asked == ["eu-west-1"]


def test_a_state_kept_elsewhere_is_unknown(world: AccountWorld, monkeypatch: pytest.MonkeyPatch):
    world.buckets.clear()
    world.keys.add("alias/ours")
    monkeypatch.setattr("operations.project._content", lambda *_: {"secretsprovider": "awskms://alias/ours"})
    assert told(world, "state and key", "staging")[0] == "unknown"


def test_a_deploy_role_needs_the_boundary_in_the_settings(world: AccountWorld, monkeypatch: pytest.MonkeyPatch):
    world.roles.add("mockforge-production-deploy")
    state, _, way_out = told(world, "roles' boundary")
    assert (state, "roles_boundary: mockforge-production-boundary" in way_out) == ("wrong", True)
    changed(monkeypatch, "protection", roles_boundary="mockforge-production-boundary")
    assert told(world, "roles' boundary")[0] == "wrong", "named, but not there"
    world.policies.add("mockforge-production-boundary")
    assert told(world, "roles' boundary")[0] == "ok"


def test_a_new_accounts_quota_of_vcpus_is_too_small_for_two_colours(world: AccountWorld):
    world.quotas["L-3032A538"] = 6
    state, says, way_out = told(world, "quotas")
    # two colours x 10 tasks x 1 vCPU (1024 units)
    assert (state, says) == ("wrong", "vCPUs of tasks at once: up to 20 needed, 6 allowed")
    assert "--service-code fargate --quota-code L-3032A538 --desired-value 20 " in way_out


def test_a_raised_quota_counts_rather_than_the_default(world: AccountWorld):
    world.quotas["L-3032A538"], world.raised_quotas["L-3032A538"] = 6, 20
    assert told(world, "quotas")[0] == "ok"


def test_what_others_use_of_a_quota_is_not_free_and_what_is_ours_is(world: AccountWorld):
    world.addresses = [{"PublicIp": "203.0.113.1"}] * 3  # of 5; production needs one per zone: 3
    assert told(world, "quotas")[:2] == ("wrong", "public addresses: 3 needed, 2 of 5 free")
    world.addresses = [{"PublicIp": "203.0.113.1"} | OURS] * 3
    assert told(world, "quotas")[0] == "ok"
    world.networks = [{"VpcId": "vpc-1"}] * 5
    assert told(world, "quotas")[:2] == ("wrong", "networks: 1 needed, 0 of 5 free")


def test_a_domain_that_the_world_asks_elsewhere_is_wrong(world: AccountWorld):
    world.seen_name_servers = frozenset({"ns1.registrar.example"})
    state, says, way_out = told(world, "hosted zone")
    assert (state, says.partition(":")[0]) == (
        "wrong",
        "mockforge.dev is answered by ns1.registrar.example, not by zone Z0PUBLIC",
    )
    assert way_out.endswith(", ".join(NAME_SERVERS))


@pytest.mark.parametrize("half", [frozenset(NAME_SERVERS[:2]), frozenset(), frozenset({*NAME_SERVERS, "another"})])
def test_name_servers_must_be_the_same_all_of_them(world: AccountWorld, half: frozenset[str]):
    world.seen_name_servers = half
    assert told(world, "hosted zone")[0] == "wrong"


def test_a_machine_without_a_way_out_does_not_know_about_the_delegation(world: AccountWorld):
    world.seen_name_servers = Unanswered("timeout")
    state, _, way_out = told(world, "hosted zone")
    assert (state, way_out.partition(",")[0]) == ("unknown", "dig +short NS mockforge.dev")


@pytest.mark.parametrize("names", [[], ["mockforge.dev", "mockforge.dev"], ["mockforge.dev.br"]])
def test_there_must_be_exactly_one_zone(world: AccountWorld, names: list[str]):
    world.zones = [(name, f"Z{number}") for number, name in enumerate(names)]
    assert told(world, "hosted zone")[0] == "wrong"


def test_an_image_that_is_not_there_is_wrong(world: AccountWorld):
    world.images.clear()
    assert told(world, "image")[0] == "wrong"


def test_an_image_for_another_processor_is_wrong(world: AccountWorld):
    world.architecture = "amd64"
    state, says, _ = told(world, "image")
    assert (state, says) == ("wrong", "the image is for linux/amd64; service.architecture arm64 needs linux/arm64")


def test_of_an_index_one_platform_has_to_fit(world: AccountWorld, monkeypatch: pytest.MonkeyPatch):
    both = [{"platform": {"os": "linux", "architecture": one}} for one in ("amd64", "arm64")]
    world.image_manifest = {"schemaVersion": 2, "manifests": both}
    assert told(world, "image")[0] == "ok"
    world.image_manifest = {"schemaVersion": 2, "manifests": both[:1]}
    assert told(world, "image")[0] == "wrong"
    changed(monkeypatch, "service", architecture="x86_64")
    assert told(world, "image")[0] == "ok"


def test_an_image_description_that_cannot_be_read_is_unknown(world: AccountWorld):
    world.image_manifest = "no JSON"
    assert told(world, "image")[0] == "unknown"
    assert CONFIG.startswith("sha256:")


def test_an_image_in_another_registry_is_unknown(world: AccountWorld, monkeypatch: pytest.MonkeyPatch):
    changed(monkeypatch, "service", image="ghcr.io/saasy/mockforge@sha256:" + "a" * 64)
    state, _, way_out = told(world, "image")
    assert (state, way_out.endswith("linux/arm64")) == ("unknown", True)


def test_a_named_secret_has_to_be_there_with_a_value(world: AccountWorld, monkeypatch: pytest.MonkeyPatch):
    changed(monkeypatch, "service", secrets={"STRIPE_SECRET_KEY": "mockforge-cloud/production/stripe"})
    state, says, way_out = told(world, "secrets")
    assert (state, says) == (
        "wrong",
        "secret mockforge-cloud/production/stripe (service.secrets, STRIPE_SECRET_KEY) is not there",
    )
    assert way_out.startswith("aws secretsmanager create-secret --name mockforge-cloud/production/stripe")
    secrets = world.aws.client("secretsmanager")
    secrets.create_secret(Name="mockforge-cloud/production/stripe")
    assert told(world, "secrets")[1].endswith("has no value")
    secrets.put_secret_value(SecretId="mockforge-cloud/production/stripe", SecretString="x")
    assert told(world, "secrets")[0] == "ok"
    secrets.delete_secret(SecretId="mockforge-cloud/production/stripe")
    assert told(world, "secrets")[1].endswith("is about to be deleted")


def test_a_version_that_rds_no_longer_offers_is_told_with_those_it_does(world: AccountWorld):
    world.versions = ["15.14", "16.11", "16.12"]
    state, says, way_out = told(world, "database")
    assert (state, says) == ("wrong", "RDS does not offer PostgreSQL 16.10 in us-east-1")
    assert way_out == "database.engine_version: one of 16.11, 16.12"


@pytest.mark.parametrize("offers", [[], [{"StorageType": "io1", "MultiAZCapable": True}], [{"StorageType": "gp3"}]])
def test_a_class_that_is_not_offered_so_is_wrong(world: AccountWorld, offers: list[dict[str, Any]]):
    world.offers = offers
    assert told(world, "database")[0] == "wrong"


# --- row security


def external(world: AccountWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world.secret("elsewhere/database-url", "postgres://owner:hush@db.example.com/mockforge")
    changed(monkeypatch, "database", kind="external", external_url_secret="elsewhere/database-url")


def test_on_rds_row_security_is_unknown_with_the_statement_to_run(world: AccountWorld):
    state, _, way_out = told(world, "row security")
    assert state == "unknown"
    assert "select rolsuper, rolbypassrls from pg_roles where rolname = current_user;" in way_out


@pytest.mark.parametrize(
    ("superuser", "bypasses", "state"),
    [(False, False, "wrong"), (False, True, "ok"), (True, False, "ok"), (True, True, "ok")],
)
def test_a_database_elsewhere_is_asked(
    world: AccountWorld, monkeypatch: pytest.MonkeyPatch, superuser: bool, bypasses: bool, state: str
):
    external(world, monkeypatch)
    world.role_of = lambda _url: {"rolsuper": superuser, "rolbypassrls": bypasses}
    assert told(world, "row security")[0] == state


def test_a_database_elsewhere_that_does_not_answer_is_unknown_and_its_password_is_not_shown(
    world: AccountWorld, monkeypatch: pytest.MonkeyPatch
):
    external(world, monkeypatch)
    world.role_of = raises(Unanswered("OSError from db.example.com:5432"))
    answer: Said = world.aws("doctor", "production")
    assert "hush" not in answer.out + answer.err
    assert told(world, "row security")[0] == "unknown"


# --- people


def test_an_address_that_has_not_confirmed_is_told_by_name(world: AccountWorld):
    world.subscriptions["warning"] = [("email", "operations@mockforge.dev", "PendingConfirmation")]
    state, says, _ = told(world, "e-mail")
    assert (state, says) == ("wrong", "operations@mockforge.dev has not confirmed warning")


def test_an_address_that_is_not_subscribed_is_told(world: AccountWorld):
    world.subscriptions["announcements"] = []
    assert told(world, "e-mail")[:2] == ("wrong", "customers@mockforge.dev is not subscribed to announcements")


@pytest.mark.parametrize("topic", ["critical", "outside"])
def test_pagerduty_must_have_confirmed_both_topics(world: AccountWorld, topic: str):
    world.subscriptions[topic] = [("https", PAGERDUTY, "PendingConfirmation")]
    assert told(world, "PagerDuty")[0] == "wrong"
    world.subscriptions[topic] = [("https", "https://example.com/hook", "confirmed")]
    assert told(world, "PagerDuty")[:2] == ("wrong", f"PagerDuty is not subscribed to {topic}")


def test_without_pagerduty_critical_alerts_need_confirmed_addresses(
    world: AccountWorld, monkeypatch: pytest.MonkeyPatch
):
    changed(monkeypatch, "notifications", pagerduty_secret=None)
    found = [one["says"] for one in checks(world)["e-mail"]["findings"] if one["state"] == "wrong"]
    assert found == [f"operations@mockforge.dev is not subscribed to {topic}" for topic in ("critical", "outside")]
