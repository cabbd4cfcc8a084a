"""`recover system`: whole commands. Everything happens in us-west-2, of an account that is empty but for copies."""

import json
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from functions.common.configuration_document import Header, write
from functions.smoke_test.checks import Report
from functions.smoke_test.verdicts import Verdict, failed, ok
from operations.recovery.lock import lock_parameter
from runbook import stack_file
from runbook.manifest import parameter_name
from tests.operations.aws_world import AwsWorld, Said
from tests.operations.backup_world import PRIMARY, BackupWorld
from tests.operations.ecs_world import Refusal
from tests.operations.manifests import ACCOUNT, manifest
from tests.operations.rds_world import COPY, KEY, RdsWorld
from tests.operations.restore_world import RestoreWorld

SECOND = "us-west-2"
DR = "mockforge-production-dr"
PROJECT = Path(__file__).resolve().parents[2]
BAD_IMAGE = f"sha256:{'b' * 64}"
JWT = "jwt-of-before-000000000000000000000000000000000"


@dataclass
class World:
    aws: AwsWorld
    backups: BackupWorld
    restores: RestoreWorld
    root: Path
    rds: RdsWorld | None = None
    images: list[str] = field(default_factory=list)
    pending: bool = True
    records: list[dict[str, Any]] = field(default_factory=list)
    ups: list[str] = field(default_factory=list)
    """Host name of each `up`."""
    healthy: Verdict = field(default_factory=lambda: ok("fine"))

    def __call__(self, *words: str) -> Said:
        return self.aws("recover", "system", "production", "--region", SECOND, *words)

    def client(self, service: str) -> Any:
        return boto3.client(service, region_name=SECOND)

    @property
    def file(self) -> Path:
        return self.root / "Pulumi.production-dr.yaml"

    def up(self, name: str, *, yes: bool) -> int:
        """`mfcloud up`, as far as anybody sees it from outside: in the end the manifest stands there."""
        assert name == "production-dr"
        environment = stack_file.load(self.file, name)
        self.ups.append(environment.address.host_name)
        if self.rds is None:
            points = list(self.backups.points)
            secret = f"mockforge-cloud/{name}/url"
            self.rds = RdsWorld(aws=self.aws, backups=self.backups, name=DR, region=SECOND, secret=secret)
            self.backups.points = points
            for key in ("jwt", "scrape-token"):
                self.client("secretsmanager").create_secret(
                    Name=f"mockforge-cloud/{name}/{key}", SecretString="made up"
                )
            self.client("ssm").put_parameter(Name=f"/mockforge-cloud/{name}/withdrawn", Value="[]", Type="String")
            self.aws.ecs.cluster = DR
            self.restores.buckets |= {"objects-dr": {}, "configuration-dr": {}}
        made = manifest(
            name,
            region=SECOND,
            recovery_region=None,
            url=f"https://{environment.address.host_name}",
            backups=manifest().backups.model_dump()
            | {"objects_bucket": "objects-dr", "configuration_bucket": "configuration-dr", "recovery_vault": None},
            database={"kind": "rds", "identifier": DR, "url_secret": f"mockforge-cloud/{name}/url"},
        )
        self.client("ssm").put_parameter(
            Name=parameter_name(name), Value=made.to_parameter(), Type="String", Tier="Advanced", Overwrite=True
        )
        return 0

    def the_person_does_everything(self) -> None:
        self.images.append("mockforge-cloud")
        self.pending = False
        self.records.clear()
        self.client("secretsmanager").create_secret(Name="mockforge-cloud/production/pagerduty", SecretString="key")

    # --- what AWS answers

    def DescribeImages(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if asked["repositoryName"] not in self.images:
            raise Refusal("RepositoryNotFoundException", "There is no such repository.")
        return {"imageDetails": []}

    def ListSubscriptionsByTopic(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        arn = "PendingConfirmation" if self.pending else f"{asked['TopicArn']}:1"
        return {"Subscriptions": [{"Protocol": "email", "SubscriptionArn": arn, "TopicArn": asked["TopicArn"]}]}

    def ListHostedZonesByName(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        zone = {"Id": "/hostedzone/Z1", "Name": "mockforge.dev.", "CallerReference": "1"}
        return {"HostedZones": [zone], "IsTruncated": False, "MaxItems": "100"}

    def ListResourceRecordSets(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"ResourceRecordSets": self.records, "IsTruncated": False, "MaxItems": "300"}


@pytest.fixture
def world(aws: AwsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    shutil.copy(PROJECT / "Pulumi.production.yaml", tmp_path)
    restores = RestoreWorld(aws=aws, backups=BackupWorld(aws=aws))
    restores.backups.drop("database", PRIMARY)
    restores.backups.add("database", PRIMARY, hours=22, RecoveryPointArn=COPY)
    made = World(aws=aws, backups=restores.backups, restores=restores, root=tmp_path)
    target = {"DNSName": "lost.us-east-1.elb.amazonaws.com.", "HostedZoneId": "Z", "EvaluateTargetHealth": False}
    made.records = [{"Name": "cloud.mockforge.dev.", "Type": "A", "AliasTarget": target}]
    for service, operation in (
        ("ecr", "DescribeImages"),
        ("sns", "ListSubscriptionsByTopic"),
        ("route53", "ListHostedZonesByName"),
        ("route53", "ListResourceRecordSets"),
    ):
        aws.handlers[service, operation] = getattr(made, operation)
    for key, value in (("jwt", JWT), ("scrape-token", "token of before")):
        made.client("secretsmanager").create_secret(Name=f"mockforge-cloud/production/{key}", SecretString=value)
    record = json.dumps([{"image": BAD_IMAGE, "at": "2026-11-20T00:00:00+00:00", "reason": "slow"}])
    sections = {"parameters": {"/mockforge-cloud/production/withdrawn": {"Value": record}}}
    moment = datetime(2026, 11, 23, 4, 45, tzinfo=UTC)
    document = write(sections, Header(environment="production", due=moment, taken=moment))
    restores.buckets["configuration-1a2b3c4"]["configuration/2026/11/23.json"] = (document, moment)
    monkeypatch.setattr("operations.project.PROJECT_ROOT", tmp_path)
    monkeypatch.setattr("operations.clock.SystemClock", lambda: aws.clock)
    monkeypatch.setattr("operations.commands.up.command", made.up)
    monkeypatch.setattr(
        "operations.recovery.system.smoke_test", lambda _session, **_asked: Report.of("ready", made.healthy)
    )
    aws.calls.clear()
    return made


def is_recovered(world: World) -> None:
    rds = world.rds
    assert rds is not None
    rds.advance()
    [aside] = [name for name in rds.names if name != DR]
    assert aside.startswith(f"{DR}-before-20261123-050000-")
    one = rds.one(DR)
    assert (one["DBInstanceStatus"], one["KmsKeyId"]) == ("available", KEY)
    assert len(world.restores.buckets["objects-dr"]) == 5
    record = world.client("ssm").get_parameter(Name="/mockforge-cloud/production-dr/withdrawn")["Parameter"]["Value"]
    assert [one["image"] for one in json.loads(record)] == [BAD_IMAGE]
    secret = world.client("secretsmanager").get_secret_value(SecretId="mockforge-cloud/production-dr/jwt")
    assert secret["SecretString"] == JWT
    assert world.ups == ["cloud-recovery.mockforge.dev", "cloud.mockforge.dev"]
    assert len(world.aws.asked("RestoreDBInstanceFromDBSnapshot")) == 1
    assert len(world.aws.asked("StartRestoreJob")) == 2


def test_the_environment_comes_up_in_the_second_region_with_its_data_and_users_come_last(world: World):
    world.the_person_does_everything()
    answer = world("--yes")
    assert (answer.code, answer.out) == (
        0,
        "production is served at https://cloud.mockforge.dev from us-west-2, as production-dr\n",
    )
    is_recovered(world)
    assert JWT not in answer.out + answer.err
    titles = [line.split(": ", 1)[1].split(" (about")[0] for line in answer.err.splitlines() if " of 13: " in line]
    assert titles[:2] == ["infrastructure: write Pulumi.production-dr.yaml", titles[1]]
    assert [title.split(":")[0] for title in titles] == [
        *["infrastructure"] * 5,
        "configuration",
        "database",
        "objects",
        *["configuration"] * 2,
        "verification",
        *["users"] * 2,
    ]
    assert "pulumi stack export --stack production-dr" in answer.err


def test_what_is_lost_is_said_and_asked_before_anything_happens(world: World):
    answer = world()
    assert (answer.code, answer.out, world.aws.changes, world.file.exists()) == (2, "", [], False)
    assert answer.err.startswith(
        "Recover production in us-west-2, as production-dr:\n"
        "  database      of 2026-11-23 05:00 UTC; lost is what was written in the 22 h since then\n"
        "  objects       of 2026-11-23 05:00 UTC; lost is what was written in the 22 h since then\n"
        "  configuration of 2026-11-23 05:00 UTC; lost is what was written in the 22 h since then\n"
        "  expected      about "
    )
    assert (
        "there is no terminal to ask at: Bring production up again in us-west-2 as production-dr, without what was "
        "written since then?\n"
    ) in answer.err


def test_a_dry_run_changes_nothing(world: World):
    answer = world("--dry-run")
    assert (answer.code, answer.out, world.aws.changes, world.file.exists()) == (0, "", [], False)


def test_the_stack_file_differs_only_where_it_must(world: World):
    world("--yes")
    made = yaml.safe_load(world.file.read_text())["config"]
    lost = yaml.safe_load((world.root / "Pulumi.production.yaml").read_text())["config"]
    differing = {key for key in made.keys() | lost.keys() if made.get(key) != lost.get(key)}
    assert {key.removeprefix("mockforge-cloud:") for key in differing} == {
        "location",
        "address",
        "service",
        "deployment",
    }
    assert made["mockforge-cloud:location"] == {"region": "us-west-2"}
    assert made["mockforge-cloud:address"]["host_name"] == "cloud-recovery.mockforge.dev"
    assert made["mockforge-cloud:service"]["image"].startswith(f"{ACCOUNT}.dkr.ecr.us-west-2.amazonaws.com/")
    assert made["mockforge-cloud:deployment"] == {"approval_required": False, "bake_minutes": 0}


def test_it_stops_where_only_a_person_can_go_on_says_what_to_do_and_goes_on_when_it_is_done(world: World):
    does: list[tuple[str, Any]] = [
        ("the image is not in us-west-2", lambda: world.images.append("mockforge-cloud")),
        (
            "us-west-2 has no secret mockforge-cloud/production/pagerduty",
            lambda: world.client("secretsmanager").create_secret(
                Name="mockforge-cloud/production/pagerduty", SecretString="key"
            ),
        ),
        ("nobody would be told of an alarm yet", lambda: setattr(world, "pending", False)),
        ("cloud.mockforge.dev still leads to the lost environment", world.records.clear),
    ]
    for what, person in does:
        answer = world("--yes")
        assert (answer.code, answer.out) == (3, "")
        assert answer.err.endswith(
            f"error: a person has to do this first: {what}\n"
            "hint: as said above; then `mfcloud recover system production --region us-west-2` takes it up where it is\n"
        )
        person()
    assert world("--yes").code == 0
    is_recovered(world)


def test_users_are_not_sent_to_what_does_not_work(world: World):
    world.the_person_does_everything()
    world.healthy = failed("no database")
    answer = world("--yes")
    assert (answer.code, answer.out, world.ups) == (1, "", ["cloud-recovery.mockforge.dev"])
    assert "error: production-dr does not do what it should: " in answer.err
    world.healthy = ok("fine")
    assert world("--yes").code == 0
    is_recovered(world)


def test_repeated_after_its_end_it_only_looks_again(world: World):
    world.the_person_does_everything()
    world("--yes")
    before = [name for name in world.aws.changes if name not in ("PutParameter", "DeleteParameter")]
    again = json.loads(world("--yes", "--json").out)
    assert again["done_now"] == ["verification: smoke test at https://cloud.mockforge.dev"]
    assert [name for name in world.aws.changes if name not in ("PutParameter", "DeleteParameter")] == before
    assert world.ups == ["cloud-recovery.mockforge.dev", "cloud.mockforge.dev"]


STRUCK = [
    "PutSecretValue",
    "CopyDBSnapshot",
    "RestoreDBInstanceFromDBSnapshot",
    "ModifyDBInstance",
    "UpdateService",
    "StartRestoreJob",
    "DescribeRestoreJob",
    "GetObject",
]


@pytest.mark.slow
@pytest.mark.parametrize("operation", STRUCK)
@pytest.mark.parametrize("when", ["faults", "lost"])
def test_ctrl_c_at_any_step_and_the_command_again_recovers_once(world: World, operation: str, when: str):
    world.the_person_does_everything()
    getattr(world.aws, when)[operation].append(KeyboardInterrupt())
    assert world("--yes").code == 130
    assert world("--yes").code == 0
    rds = world.rds
    assert rds is not None
    assert len(rds.names) == 2
    assert len(world.restores.jobs) == 2
    assert len(world.restores.buckets["objects-dr"]) == 5


def test_the_second_operator_is_told_who_is_at_it(world: World):
    world.the_person_does_everything()
    seen: list[Said] = []
    world.aws.clock.once(lambda: seen.append(world("--yes")))
    assert world("--yes").code == 0
    assert seen[0].code == 3
    assert "user/moto is at it since 2026-11-24T03:00:00+00:00: recover system production --region us-west-2" in (
        seen[0].err
    )
    with pytest.raises(world.client("ssm").exceptions.ParameterNotFound):
        world.client("ssm").get_parameter(Name=lock_parameter("production-dr"))


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--region", "eu-west-1"], 3, "error: recovery points of production are copied to us-west-2, so eu-west-1"),
        (["--region", SECOND, "--as", "production"], 2, "error: `production` cannot be the name of the environment"),
        (["--region", SECOND, "--as", "production-in-the-west"], 2, "error: `production-in-the-west` cannot be"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_asked(world: World, words: list[str], code: int, message: str):
    answer = world.aws("recover", "system", "production", *words, "--yes")
    assert (answer.code, answer.out, world.aws.calls) == (code, "", [])
    assert answer.err.startswith(message)


def test_an_environment_without_copies_has_nothing_to_come_back_from(world: World):
    shutil.copy(PROJECT / "Pulumi.staging.yaml", world.root)
    answer = world.aws("recover", "system", "staging", "--region", SECOND, "--yes")
    assert (answer.code, world.aws.calls) == (3, [])
    assert "not copied anywhere (`location.recovery_region` is not set)" in answer.err


def test_a_vault_without_a_whole_recovery_point_stops_it_before_anything_is_made(world: World):
    world.backups.drop("objects", PRIMARY)
    answer = world("--yes")
    assert (answer.code, answer.out, world.aws.changes, world.file.exists()) == (3, "", [], False)
    assert answer.err.startswith(
        "error: vault mockforge-production in us-west-2 has no restorable recovery point of the objects; nothing was"
    )


def test_a_stack_file_of_that_name_that_stands_elsewhere_is_left_alone(world: World):
    text = (world.root / "Pulumi.production.yaml").read_text()
    world.file.write_text(text)
    answer = world("--yes")
    assert (answer.code, world.file.read_text()) == (3, text)
    assert "error: Pulumi.production-dr.yaml stands in us-east-1, not in us-west-2; nothing was changed\n" in answer.err
