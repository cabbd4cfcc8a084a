"""Drift is played in the cloud alone, and shows where Pulumi remembers something else."""

from pathlib import Path
from typing import Any

import pytest

from offline.drift import DRILLS, NothingToChange, play
from offline.provider.catalog import catalog
from offline.provider.store import Row, Store
from operations.commands.offline_state import What
from operations.engine.offline_state import (
    CLOUD_ONLY,
    STATE_ONLY,
    Difference,
    as_text,
    differences,
    drift_as_text,
    standing,
)

MADE: dict[str, dict[str, Any]] = {
    "aws:s3/bucket:Bucket": {"tags": {"team": "shop"}},
    "aws:ecs/service:Service": {"desiredCount": 2},
    "aws:lb/listenerRule:ListenerRule": {
        "actions": [{"forward": {"targetGroups": [{"arn": "b", "weight": 100}, {"arn": "g", "weight": 0}]}}]
    },
    "aws:cloudwatch/logGroup:LogGroup": {"retentionInDays": 30},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {"threshold": 80},
    "aws:cloudwatch/dashboard:Dashboard": {"dashboardName": "health"},
}


@pytest.fixture
def cloud(tmp_path: Path) -> Store:
    store = Store(tmp_path / "cloud.sqlite3")
    for token, outputs in MADE.items():
        name = token.rsplit(":", 1)[1].lower()
        urn = f"urn:pulumi:dev::shop::{token}::{name}"
        store.create(Row(type=token, region="us-east-1", key=name, id=name, urn=urn, inputs=outputs, outputs=outputs))
    return store


def state_of(cloud: Store) -> list[dict[str, Any]]:
    return [{"type": row.type, "urn": row.urn, "id": row.id, "outputs": row.outputs} for row in cloud.all()]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("tag", 'aws:s3:Bucket bucket: tags.Owner (none) → "somebody"'),
        ("tasks", "aws:ecs:Service service: desiredCount 2 → 3"),
        ("traffic", "aws:lb:ListenerRule listenerrule: actions[0].forward.targetGroups[1].weight 0 → 50"),
        ("retention", "aws:cloudwatch:LogGroup loggroup: retentionInDays 30 → 1"),
        ("threshold", "aws:cloudwatch:MetricAlarm metricalarm: threshold 80 → 90"),
        ("deleted", "aws:cloudwatch:Dashboard dashboard: it is gone"),
    ],
)
def test_each_drill_changes_one_thing_that_then_shows(cloud: Store, name: str, line: str):
    before = state_of(cloud)
    assert differences(cloud.all(), before) == []
    play(cloud, DRILLS[name])
    assert f"  {line}" in drift_as_text("dev", differences(cloud.all(), before)).splitlines()


def test_the_commands_choices_are_the_drills_and_their_types_exist():
    assert [one.value for one in What] == list(DRILLS)
    assert [one.type for one in DRILLS.values() if f"aws:{one.type}" not in catalog()] == []


def test_where_nothing_of_the_kind_stands_it_is_said(tmp_path: Path):
    with pytest.raises(NothingToChange, match="no Bucket stands"):
        play(Store(tmp_path / "cloud.sqlite3"), DRILLS["tag"])


def test_what_is_shown_says_what_pulumi_does_not_know_and_what_is_gone_by_area(cloud: Store):
    state = state_of(cloud)
    play(cloud, DRILLS["deleted"])
    found = standing(cloud.all(), [one for one in state if "Bucket" not in one["type"]])
    assert {one.name: one.remark for one in found if one.remark} == {"bucket": CLOUD_ONLY, "dashboard": STATE_ONLY}
    shown = as_text("dev", found).splitlines()
    assert shown[0] == "dev, offline: 6 resources, 2 with a remark"
    assert [line for line in shown[1:] if not line.startswith(" ")] == ["cloudwatch (3)", "ecs (1)", "lb (1)", "s3 (1)"]


def test_of_a_record_that_is_a_document_the_places_that_differ_are_shown():
    one = Difference(
        type="aws:ssm:Parameter",
        name="record",
        property="value",
        remembered='{"at": 1, "by": "a"}',
        there='{"at": 2, "by": "a"}',
    )
    assert drift_as_text("dev", [one]).splitlines() == [
        "dev, offline: 1 difference from what Pulumi remembers",
        "  aws:ssm:Parameter record: value.at 1 → 2",
    ]


def test_a_secret_is_no_difference_and_never_shown():
    urn = "urn:pulumi:dev::shop::aws:s3/bucket:Bucket::files"
    row = Row(
        type="aws:s3/bucket:Bucket",
        region="us-east-1",
        key="files",
        id="files",
        urn=urn,
        outputs={"tags": {"token": {"$sha256": "ab"}, "team": "ops"}},
    )
    cipher = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:hush"}
    state = [{"type": row.type, "urn": urn, "id": "files", "outputs": {"tags": {"token": cipher, "team": "shop"}}}]
    assert drift_as_text("dev", differences([row], state)).splitlines()[1:] == [
        '  aws:s3:Bucket files: tags.team "shop" → "ops"'
    ]
