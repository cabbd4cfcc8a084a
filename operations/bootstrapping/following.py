"""Watches CloudFormation at work, until it has ended well or says why not."""

from operations.bootstrapping.stack import GOOD, BootstrapStack, ChangeSet, Standing, failures
from operations.clock import Clock
from operations.errors import CommandStopped
from operations.waiting import Wait, wait_until

COMPUTING_MINUTES = 10
WORKING_MINUTES = 30  # keys and roles take seconds each; CloudFormation waits for IAM to spread
EVERY_SECONDS = 5


def computed(stack: BootstrapStack, arn: str, clock: Clock, resume: str) -> ChangeSet:
    """The change set, as soon as it is known what would change."""
    from datetime import timedelta

    return wait_until(
        lambda: stack.change_set(arn),
        lambda one: one.computed,
        lambda one: one.status,
        Wait(
            what=f"change set of {stack.name}",
            until=clock.now() + timedelta(minutes=COMPUTING_MINUTES),
            resume=resume,
            every_seconds=EVERY_SECONDS,
        ),
        clock,
    )


def ended(stack: BootstrapStack, before: Standing, clock: Clock, resume: str) -> Standing:
    """How the stack stands after the operation; `before` is how it stood when that was started, or is under way."""
    from datetime import timedelta

    def ask() -> Standing:
        return stack.standing(before.stack_id) or before

    def done(now: Standing) -> bool:
        """CloudFormation may tell the old state for a moment after it has been told to begin."""
        begun = (now.status, now.changed_at) != (before.status, before.changed_at) or before.busy
        return begun and not now.status.endswith("_IN_PROGRESS")

    def describe(now: Standing) -> str:
        events = stack.events(now.stack_id, now.changed_at)
        made = {one["LogicalResourceId"] for one in events if one["ResourceStatus"].endswith("E_COMPLETE")}
        latest = f", last {events[-1]['LogicalResourceId']} {events[-1]['ResourceStatus']}" if events else ""
        return f"{now.status}, {len(made - {stack.name})} resources done{latest}"

    return wait_until(
        ask,
        done,
        describe,
        Wait(
            what=f"stack {stack.name}",
            until=clock.now() + timedelta(minutes=WORKING_MINUTES),
            resume=resume,
            every_seconds=EVERY_SECONDS,
        ),
        clock,
    )


def require_good(stack: BootstrapStack, standing: Standing) -> None:
    """Stops with what CloudFormation says went wrong first."""
    if standing.status in GOOD:
        return
    reasons = failures(stack.events(standing.stack_id, standing.changed_at)) or [standing.reason or "no reason given"]
    listed = "\n".join(f"  {one}" for one in reasons[:5])
    raise CommandStopped(
        f"stack {stack.name} ended as {standing.status}; CloudFormation took back what it had done\n{listed}",
        hint="repair that and run the same command again",
    )
