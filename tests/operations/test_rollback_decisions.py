"""Laws of a rollback over whatever history: never further than asked, never forward, never to a bad version."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from operations.deployments.told import Deployment, Image, Version
from operations.errors import CommandStopped
from operations.exit_codes import ExitCode
from operations.rolling_back.decision import (
    Decision,
    Done,
    Follow,
    Known,
    Past,
    Redeploy,
    Stop,
    decide,
    healthy,
    withdraws,
)

End = Literal["SUCCESSFUL", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED", "STOPPED"]
ENDS = st.sampled_from(["SUCCESSFUL", "SUCCESSFUL", "SUCCESSFUL", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED", "STOPPED"])
NO_MATTER = datetime(2026, 11, 24, tzinfo=UTC)


def version(number: int, image: int) -> Version:
    digest = f"sha256:{image:064x}"
    return Version(
        revision_arn=f"revision/{number}",
        task_definition=f"mockforge-production:{number}",
        image=Image(reference=f"registry/mockforge-cloud@{digest}", digest=digest),
    )


class Story:
    """What ECS would remember. `live` is what users reach, as far as that is certain."""

    def __init__(self) -> None:
        self.history: list[Past] = []
        self.live: Version | None = None
        self.source: Version | None = None
        self.withdrawn: set[str] = set()

    def __repr__(self) -> str:
        told = [f"{past.version} {past.status}" for past in reversed(self.history)]
        return f"{told}, withdrawn {sorted(self.withdrawn)}"

    def deploys(self, brought: Version, end: str) -> None:
        self.source = self.live or next(iter(healthy(self.history, frozenset())), None)
        self.history.insert(0, Past(arn=f"deployment/{len(self.history)}", status=end, version=brought))
        self.live = {"SUCCESSFUL": brought, "ROLLBACK_SUCCESSFUL": self.source}.get(end)

    def ends(self, end: str) -> None:
        brought = self.history.pop(0).version
        assert brought
        self.deploys(brought, end)

    def known(self) -> Known:
        newest = self.history[0] if self.history else None
        return Known(
            environment="production",
            newest=deployment(newest) if newest else None,
            live=self.source,
            history=tuple(self.history),
            withdrawn=frozenset(self.withdrawn),
            bake_minutes=60,
        )

    def records(self, decision: Decision) -> None:
        if image := withdraws(decision):
            self.withdrawn.add(image.identity)


def deployment(past: Past) -> Deployment:
    return Deployment(
        arn=past.arn,
        status=past.status,
        reason="",
        stage=None,
        created_at=NO_MATTER,
        updated_at=None,
        finished_at=None,
        sources=(),
        target=None,
        hooks=(),
        bake_minutes=60,
        alarms_status=None,
        triggered_alarms=(),
        rollback_reason="",
        rollback_revision_arn=None,
    )


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Deployments of new versions, of the same again, of older ones; some with the image of the one before."""
    story = Story()
    image = 0
    for number in range(1, draw(st.integers(1, 8)) + 1):
        image += draw(st.booleans())
        story.deploys(version(number, image), draw(ENDS))
        if draw(st.booleans()) and (known := healthy(story.history, frozenset(story.withdrawn))):
            story.deploys(draw(st.sampled_from(known)), draw(ENDS))
    return story


def decided(story: Story) -> Decision | None:
    """None: refused, with nothing changed."""
    try:
        return decide(story.known())
    except CommandStopped as stopped:
        assert stopped.code is ExitCode.REFUSED  # noqa: PT017 - the decision is what is asked about
        return None


@given(stories())
def test_what_is_deployed_again_was_healthy_is_not_withdrawn_and_is_not_what_is_taken_back(story: Story):
    decision = decided(story)
    if isinstance(decision, Redeploy):
        assert decision.good in healthy(story.history, frozenset(story.withdrawn))
        assert decision.good.task_definition != decision.bad.task_definition


@settings(max_examples=500)
@given(stories(), st.lists(st.sampled_from(["ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"]), max_size=2))
def test_repeated_it_follows_what_it_began_and_then_has_nothing_to_do(story: Story, failures: list[str]):
    """Also when the return itself failed before, once or twice."""
    first = decided(story)
    if not isinstance(first, Redeploy):
        return
    story.records(first)
    for end in [*failures, "SUCCESSFUL"]:
        again = decided(story)
        if isinstance(again, Done):  # the failed return went back to where it should go
            assert story.live == again.good == first.good
            return
        assert isinstance(again, Redeploy)
        assert again.good == first.good
        story.deploys(again.good, "IN_PROGRESS")
        meanwhile = decided(story)
        assert isinstance(meanwhile, Follow)
        assert (meanwhile.good, meanwhile.redeploys) == (first.good, True)
        story.ends(end)
    assert story.live == first.good
    withdrawn = set(story.withdrawn)
    done = decided(story)
    assert isinstance(done, Done)
    story.records(done)
    assert story.withdrawn == withdrawn


@given(stories(), st.integers(0, 9))
def test_a_running_deployment_of_something_new_is_stopped_and_afterwards_nothing_is_left(story: Story, image: int):
    story.deploys(version(99, 100 + image), "IN_PROGRESS")
    decision = decided(story)
    if story.source is None:
        assert decision is None
        return
    assert isinstance(decision, Stop)
    story.records(decision)
    story.history[0] = replace(story.history[0], status="ROLLBACK_IN_PROGRESS")
    assert isinstance(decided(story), Follow)
    story.history[0] = replace(story.history[0], status="ROLLBACK_SUCCESSFUL")
    done = decided(story)
    assert isinstance(done, Done)
    assert withdraws(done) == withdraws(decision)


@given(stories())
def test_what_users_are_left_with_is_never_withdrawn(story: Story):
    decision = decided(story)
    if decision is not None and decision.good is not None and decision.good.image is not None:
        image = withdraws(decision)
        assert image is None or image.identity != decision.good.image.identity
