"""A whole day of an operator, command by command, in one account with staging and production.

The parts have their own tests; here what one command leaves behind is what the next one finds.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from components.maintenance_checklist import NOBODY_WAITS
from functions.smoke_test.checks import Report, Result
from functions.smoke_test.verdicts import Outcome
from operations.deploying.stack_file import names
from operations.project import load_environment
from runbook.deployments import write_withdrawals
from runbook.manifest import parameter_name
from tests.components.checklist_world import answers, running
from tests.operations.aws_world import AwsWorld, Said, put
from tests.operations.backup_world import RECOVERY, BackupWorld
from tests.operations.deploying.production import PROJECT, FakeEngine, Terminal, image
from tests.operations.ecs_world import EcsWorld
from tests.operations.manifests import manifest
from tests.operations.rds_world import NAME, PLACE, RdsWorld
from tests.operations.scaling_world import ScalingWorld

DONE, FAILED, REFUSED = 0, 1, 3
ENVIRONMENTS = ("staging", "production")


@dataclass
class Day:
    """One operator at one terminal; the engine is played, everything else is commands."""

    aws: AwsWorld
    folder: Path
    ecs: dict[str, EcsWorld]
    monkeypatch: pytest.MonkeyPatch

    def at(self, environment: str, *words: str) -> Said:
        """A command on an environment: `at("staging", "scale", "up", "--instances", "5")`."""
        self.aws.ecs = self.ecs[environment]
        groups = ("scale", "maintenance", "backups", "recover")
        count = 2 if words[0] in groups else 1
        return self.aws(*words[:count], environment, *words[count:])

    def says(self, environment: str) -> str:
        """The image that the stack file names, by its digit."""
        said = names((self.folder / f"Pulumi.{environment}.yaml").read_text())
        assert said is not None
        return said.image[-1]

    def live(self, environment: str) -> str:
        """The image that users reach, by its digit."""
        ecs = self.ecs[environment]
        ecs.advance()
        assert ecs.live is not None
        return ecs.images[ecs.live][-1]

    def typing(self, *lines: str) -> None:
        self.monkeypatch.setattr("sys.stdin", Terminal("".join(f"{line}\n" for line in lines)))


@pytest.fixture
def day(aws: AwsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Day:
    """Both environments run image `a` for days, and everything is committed."""
    aws.clock.at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    monkeypatch.chdir(tmp_path)  # notes are written where a person stands
    ecs: dict[str, EcsWorld] = {}
    for environment in ENVIRONMENTS:
        approval = environment == "production"
        original = (PROJECT / f"Pulumi.{environment}.yaml").read_text()
        said = names(original)
        assert said is not None
        (tmp_path / f"Pulumi.{environment}.yaml").write_text(original.replace(said.image, image("a")))

        service = manifest(environment).service.model_dump() | {"approval_required": approval}
        database = manifest(environment).database.model_dump() | {"place": PLACE}
        whole = manifest(environment, service=service, database=database)
        put(aws, parameter_name(environment), whole.to_parameter(), tier="Advanced")
        put(aws, f"/mockforge-cloud/{environment}/withdrawn", write_withdrawals([]))
        put(aws, f"/mockforge-cloud/{environment}/deployment", "{}")

        put(aws, f"/mockforge-cloud/{environment}/maintenance-word", NOBODY_WAITS)

        bake_minutes = 60 if approval else 15
        made = EcsWorld(clock=aws.clock, cluster=whole.service.cluster, approval=approval, bake_minutes=bake_minutes)
        made.register(41, "a")
        made.deployed(41, days_ago=2)
        ecs[environment] = made

    monkeypatch.setattr("operations.project.PROJECT_ROOT", tmp_path)
    monkeypatch.setattr("operations.clock.SystemClock", lambda: aws.clock)

    def opened(environment: str, **_switches: Any) -> FakeEngine:
        load_environment(environment, tmp_path)
        return FakeEngine(aws, tmp_path / f"Pulumi.{environment}.yaml")

    monkeypatch.setattr("operations.deploying.engine.open_engine", opened)
    good = Report(results=(Result(name="live", outcome=Outcome.OK, reason="answers", milliseconds=3),))
    monkeypatch.setattr("operations.checks.smoke_test.run_checks", lambda *_asked: good)
    variables = {
        "HOST_NAME": "cloud.mockforge.dev",
        "TEST_HEADER": "X-MockForge-Test-Traffic",
        "TEST_HEADER_SECRET": "mockforge-cloud/production/test-header",
        "EXPECTED_IMAGE": image("a"),
        "EXPECTED_VERSION": "0.3.238",
        "LATENCY_MILLISECONDS": "500",
    }
    aws.handlers["lambda", "GetFunctionConfiguration"] = lambda _asked: {"Environment": {"Variables": variables}}
    aws.handlers["logs", "FilterLogEvents"] = lambda _asked: {"events": []}
    return Day(aws=aws, folder=tmp_path, ecs=ecs, monkeypatch=monkeypatch)


def test_a_whole_day(day: Day):
    a_bad_image_and_a_good_one_in_staging(day)
    production_takes_it_and_loses_it_in_the_bake(day)
    nobody_brings_it_back_by_accident(day)
    more_load_and_less(day)
    the_database_goes_back_to_a_minute(day, one_copy_is_missing(day))
    nobody_waits_for_a_word(day)


def a_bad_image_and_a_good_one_in_staging(day: Day) -> None:
    """09:00. The gate finds green wanting, ECS takes it back, and the file names again what is live."""
    day.ecs["staging"].smoke_test_fails = True
    answer = day.at("staging", "deploy", "--image", image("b"), "--yes")
    assert answer.code == FAILED
    assert "the smoke test (hook hook-1) FAILED" in answer.err
    assert (day.says("staging"), day.live("staging")) == ("a", "a")

    day.ecs["staging"].smoke_test_fails = False
    answer = day.at("staging", "deploy", "--image", image("c"), "--yes")
    assert answer.code == DONE, answer.err
    assert (day.says("staging"), day.live("staging")) == ("c", "c")


def production_takes_it_and_loses_it_in_the_bake(day: Day) -> None:
    """Not without a ticket. With one it asks for the approval in the same session; then an alarm goes off."""
    answer = day.at("production", "deploy", "--image", image("c"), "--yes")
    assert answer.code != DONE
    assert "ticket" in answer.err
    assert (day.says("production"), day.live("production")) == ("a", "a")

    day.typing("production", "production")
    alarm_in_the_bake(day)
    answer = day.at("production", "deploy", "--image", image("c"), "--ticket", "OPS-77")
    assert answer.code == FAILED
    assert "because of alarm mockforge-production-deployment-errors, in stage BAKE_TIME" in answer.err
    assert day.live("production") == "a"


def nobody_brings_it_back_by_accident(day: Day) -> None:
    """The operator records it as withdrawn; the next one who tries is told."""
    answer = day.at("production", "rollback", "--reason", "errors in the bake", "--yes")
    assert answer.code == DONE, answer.err
    assert day.live("production") == "a"

    answer = day.at("production", "deploy", "--image", image("c"), "--ticket", "OPS-78", "--yes")
    assert answer.code == REFUSED
    assert "withdrawn" in answer.err
    assert day.says("production") == "a"


def more_load_and_less(day: Day) -> None:
    deployments = len(day.ecs["production"].deployments)
    scaling = ScalingWorld(aws=day.aws)
    assert day.at("production", "scale", "up", "--instances", "5", "--yes").code == DONE
    assert (scaling.desired, scaling.running) == (5, 5)
    assert day.at("production", "scale", "down", "--instances", "2", "--yes").code == DONE
    assert (scaling.desired, scaling.running) == (2, 2)
    assert len(day.ecs["production"].deployments) == deployments, "scaling is no deployment"
    for operation in ("DescribeServices", "UpdateService"):
        del day.aws.handlers["ecs", operation]


def one_copy_is_missing(day: Day) -> BackupWorld:
    backups = BackupWorld(aws=day.aws)
    assert day.at("production", "backups", "verify").code == DONE
    backups.drop("objects", RECOVERY)
    answer = day.at("production", "backups", "verify")
    assert answer.code == FAILED
    assert "objects" in answer.out + answer.err
    return backups


def the_database_goes_back_to_a_minute(day: Day, backups: BackupWorld) -> None:
    """It keeps its name, the one before is kept beside it, and the tasks start afresh from the same image."""
    rds = RdsWorld(aws=day.aws, backups=backups)
    before = rds.one(NAME)["DbiResourceId"]
    to = day.aws.clock.now() - timedelta(minutes=40)
    answer = day.at("production", "recover", "database", "--to", f"{to:%Y-%m-%dT%H:%M}", "--yes")
    assert answer.code == DONE, answer.err
    rds.advance()
    assert rds.one(NAME)["DbiResourceId"] != before
    assert len(rds.names) == 2
    assert day.live("production") == "a"


def nobody_waits_for_a_word(day: Day) -> None:
    """No window is open; the next one is told."""
    answer = day.at("production", "maintenance", "finish")
    assert answer.code == REFUSED
    assert "nobody waits for a word" in answer.err
    assert "2026-12-06 02:00-04:00 UTC" in day.at("production", "maintenance", "next").out


@pytest.mark.slow  # it waits for the operator, by the clock on the wall
def test_the_night_of_the_maintenance_window_without_an_operator():
    with running() as cloud:
        night = cloud.world(PutParameter=answers(Version=2))  # it is asked for a word, and nobody gives one
        cloud.start(night)
        cloud.finish()
    assert night.status == "SUCCEEDED"
    [(subject, report)] = night.reports
    assert subject.endswith("all well")
    assert "the operator said nothing" in report
    assert len(night.told("announcement")) == 2, "users are told when it begins and when it is over"


def test_in_the_window_nobody_deploys_without_saying_so(day: Day):
    day.aws.clock.at = datetime(2026, 12, 6, 2, 30, tzinfo=UTC)
    answer = day.at("production", "deploy", "--image", image("b"), "--ticket", "OPS-79", "--yes")
    assert answer.code == REFUSED
    assert "--in-window" in answer.err
    assert (day.says("production"), day.live("production")) == ("a", "a")


def alarm_in_the_bake(day: Day) -> None:
    def listener(_at: datetime) -> None:
        production = day.ecs["production"]
        if production.deployments[-1].get("lifecycleStage") == "BAKE_TIME":
            day.aws.clock.on_sleep.remove(listener)
            production.raise_alarm("mockforge-production-deployment-errors")

    day.aws.clock.on_sleep.append(listener)
