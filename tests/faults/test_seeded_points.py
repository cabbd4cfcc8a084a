"""Whatever goes wrong, whenever: afterwards nothing stands twice or unknown, and nothing is remembered in vain.

Sixty points drawn by seed; `./mfcloud test tests/faults --every-point` tries every resource with every fault.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from offline.provider.faults import Call, Fault, Kind
from tests.faults.trial import REVISIONS, Bench, kept_revisions

pytestmark = [pytest.mark.engine, pytest.mark.slow]

SEED = 20261124
DRAWN = 60
UNTAGGED = (
    "aws:ec2/route:Route::w-out",
    "aws:ec2/routeTableAssociation:RouteTableAssociation::w-a",
    "aws:ec2/routeTableAssociation:RouteTableAssociation::w-b",
    "aws:iam/rolePolicy:RolePolicy::w-rights",
    "aws:sns/topicSubscription:TopicSubscription::w-mail",
    "aws:cloudwatch/eventTarget:EventTarget::w-target",
    "aws:s3/bucketVersioning:BucketVersioning::w-versions",
    "aws:secretsmanager/secretVersion:SecretVersion::w-version",
    "aws:sns/topicPolicy:TopicPolicy::w-publish",
)
TAGGED = (
    "aws:ec2/vpc:Vpc::w-vpc",
    "aws:ec2/routeTable:RouteTable::w-routes",
    "aws:ec2/internetGateway:InternetGateway::w-gateway",
    "aws:ec2/subnet:Subnet::w-a",
    "aws:ec2/subnet:Subnet::w-b",
    "aws:ec2/securityGroup:SecurityGroup::w-group",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule::w-from-80",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule::w-from-443",
    "aws:iam/role:Role::w-role",
    "aws:sns/topic:Topic::w-topic",
    "aws:cloudwatch/eventRule:EventRule::w-rule",
    "aws:s3/bucket:Bucket::w-files",
    "aws:kms/key:Key::w-key",
    "aws:secretsmanager/secret:Secret::w-secret",
    "aws:cloudwatch/logGroup:LogGroup::w-log",
)
REPLACED = ("aws:lb/targetGroup:TargetGroup::w-blue", f"{REVISIONS}::w-task")
IN_NO_CLOUD = ("random:index/randomPassword:RandomPassword::w-password",)


@dataclass(frozen=True)
class Point:
    """`kind` happens to the `fault` call for `about` while the engine is at `call`."""

    call: Call
    fault: Call
    kind: Kind
    about: str

    def __str__(self) -> str:
        replacing = " of a replacement" if self.call is Call.UPDATE and self.fault is not Call.UPDATE else ""
        return f"{self.kind} {self.fault}{replacing} {self.about.rpartition(':')[2]} {self.about.split(':')[2]}"


def every_point() -> Iterator[Point]:
    for kind in Kind:
        for about in (*TAGGED, *UNTAGGED, *REPLACED, *IN_NO_CLOUD):
            yield Point(Call.CREATE, Call.CREATE, kind, about)
        for about in TAGGED:
            yield Point(Call.UPDATE, Call.UPDATE, kind, about)
        for about in REPLACED:
            yield Point(Call.UPDATE, Call.CREATE, kind, about)
            yield Point(Call.UPDATE, Call.DELETE, kind, about)
        for about in (*TAGGED, *UNTAGGED, *REPLACED):
            yield Point(Call.DELETE, Call.DELETE, kind, about)


def drawn() -> list[Point]:
    """Each kind of fault six times, while bringing up, changing and taking down; the seed says to what."""
    pick = random.Random(SEED)  # noqa: S311
    of_kind = {kind: [one for one in every_point() if one.kind is kind] for kind in Kind}
    wanted = (Call.CREATE, Call.CREATE, Call.CREATE, Call.UPDATE, Call.UPDATE, Call.DELETE)
    return [
        pick.choice([one for one in of_kind[kind] if one.call is call and one.fault in (call, *faults)])
        for kind in Kind
        for call, faults in zip(wanted, ((), (), (), (), (Call.CREATE, Call.DELETE), ()), strict=True)
    ]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "point" in metafunc.fixturenames:
        every = metafunc.config.getoption("--every-point", default=False)
        metafunc.parametrize("point", list(every_point()) if every else drawn(), ids=str)


def test_one_command_heals_it_or_says_how_and_then_state_and_cloud_are_one(point: Point, request):
    bench: Bench = request.getfixturevalue("bench" if point.call is Call.CREATE else "copied")
    whole = request.getfixturevalue("standing").names()
    bench.wishes.second_round = point.call is Call.UPDATE
    fault = Fault(kind=point.kind, call=point.fault, about=point.about)
    assert bench.breaks(point.call, fault), f"nothing was asked of AWS that {point} could have broken"

    bench.heals(point.call, point.kind)

    assert bench.pending() == []
    assert kept_revisions(bench.in_cloud()) - bench.in_state() == kept_only(point)
    assert bench.in_state() - bench.in_cloud() == {}
    assert bench.names() == ([] if point.call is Call.DELETE else whole)


def kept_only(point: Point):
    """After everything was taken down, revisions stay."""
    return {(REVISIONS, "w"): 1} if point.call is Call.DELETE else {}


def test_sixty_points_are_drawn_of_every_kind_and_call():
    points = drawn()
    assert len(points) == DRAWN
    assert {one.kind for one in points} == set(Kind)
    assert {one.call for one in points} == {Call.CREATE, Call.UPDATE, Call.DELETE}
    assert len(set(points)) > 50
