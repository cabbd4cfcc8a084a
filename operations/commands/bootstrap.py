"""`mfcloud bootstrap`."""

import re
from collections.abc import Mapping
from json import dumps
from typing import TYPE_CHECKING, Annotated

import typer

from operations.commands.arguments import DryRun, EnvironmentName, Json, Yes
from operations.exit_codes import ExitCode

if TYPE_CHECKING:
    from operations.bootstrapping.parameters import Asked
    from operations.bootstrapping.stack import BootstrapStack, ChangeSet, Standing
    from operations.settings_session import SettingsSession

SIGNS = {"Add": "+", "Modify": "~", "Remove": "-", "Import": "=", "Dynamic": "?"}
REPOSITORY = re.compile(r"[A-Za-z0-9-]+(@\d+)?/[A-Za-z0-9._-]+(@\d+)?")

Repository = Annotated[
    str | None,
    typer.Option(
        "--repository", metavar="OWNER/NAME", help="GitHub repository that may come in; needed the first time."
    ),
]
BudgetUsd = Annotated[
    int | None, typer.Option("--budget-usd", min=1, help="Of the account, a month; otherwise budget.monthly_usd.")
]
ImageReaders = Annotated[
    list[str] | None, typer.Option("--image-reader", help="Another account that pulls the same image; repeat it.")
]


def command(
    environment: EnvironmentName,
    *,
    repository: Repository = None,
    budget_usd: BudgetUsd = None,
    image_reader: ImageReaders = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Make what must exist before the first `up`.

    One CloudFormation stack, from bootstrap/template.yaml: bucket and key of Pulumi's state, image repository, GitHub's
    way in, the roles for previews, deployments and operators, service-linked roles, a budget. What the account has
    already is used. Shows what changes, asks, follows; repeating it is safe. Needs an administrator of the account.

    Example: mfcloud bootstrap staging --repository mockforge/cloud-operations
    """
    from operations.bootstrapping.parameters import Asked
    from operations.settings_session import described

    asked = Asked(
        repository=_checked(repository),
        budget_usd=budget_usd,
        image_readers=None if image_reader is None else tuple(_account(one) for one in image_reader),
    )
    with described(environment) as session:
        return _bootstrap(session, asked, yes=yes, dry_run=dry_run, json=json)


def _bootstrap(session: "SettingsSession", asked: "Asked", *, yes: bool, dry_run: bool, json: bool) -> int:
    from operations.bootstrapping.account import look
    from operations.bootstrapping.following import computed, ended, require_good
    from operations.bootstrapping.parameters import parameters
    from operations.bootstrapping.stack import BootstrapStack
    from operations.confirmation import confirm
    from operations.errors import CommandStopped
    from operations.settings_session import own_account
    from operations.terminal import say

    settings, clock = session.settings, session.clock
    environment = settings.name
    resume = f"mfcloud bootstrap {environment}"
    account_id = own_account(session)
    stack = BootstrapStack(session.clients, environment)
    say(f"Bootstrap of {environment} in account {account_id}, {settings.location.region} (stack {stack.name})")
    if (standing := stack.standing()) is not None and standing.busy:
        say("CloudFormation is at work on it already")
        standing = ended(stack, standing, clock, resume)
    said = parameters(settings, look(session, account_id, stack), asked)
    arn = stack.propose(said, f"mfcloud-{clock.now():%Y%m%d-%H%M%S}")
    change_set = computed(stack, arn, clock, resume)
    if change_set.empty:
        stack.drop(arn)
        say("nothing to do: everything is as bootstrap/template.yaml says")
        return _tell(session, stack, change_set, said["Repository"], changed=False, json=json)
    if change_set.status == "FAILED":
        stack.drop(arn)
        raise CommandStopped(f"CloudFormation cannot change stack {stack.name}: {change_set.reason}")
    for line in _plan(change_set, said):
        say(line)
    try:
        _refuse_loss(environment, change_set)
        if dry_run:
            say("dry run: nothing was changed")
            stack.drop(arn)
            return ExitCode.DONE
        confirm(f"Change account {account_id} like that?", expected=environment, yes=yes)
    except (CommandStopped, KeyboardInterrupt):
        stack.drop(arn)
        raise
    before = stack.standing()
    stack.carry_out(change_set)
    if before is None:
        raise CommandStopped(f"stack {stack.name} has vanished", hint=resume)
    standing = ended(stack, before, clock, resume)
    require_good(stack, standing)
    return _tell(session, stack, change_set, said["Repository"], changed=True, json=json)


def _plan(change_set: "ChangeSet", said: Mapping[str, str]) -> list[str]:
    width = max((len(one.logical_id) for one in change_set.changes), default=0)
    lines = [
        f"  {'!' if one.replacement in {'True', 'Conditional'} else SIGNS.get(one.action, '?')} "
        f"{one.logical_id:<{width}}  {one.kind}"
        for one in sorted(change_set.changes, key=lambda one: one.logical_id)
    ]
    used = [key.removeprefix("Create") for key, value in said.items() if key.startswith("Create") and value == "false"]
    if used:
        lines.append(f"  left to others, who made it or keep it: {', '.join(used)}")
    lines.append(f"  GitHub repository {said['Repository']}; budget {said['BudgetUsd']} USD")
    if said["HostedZoneId"] == "*":
        lines.append("  the hosted zone is not there yet: the deploy role may write into any, until this is run again")
    return lines


def _refuse_loss(environment: str, change_set: "ChangeSet") -> None:
    from operations.bootstrapping.stack import KEPT
    from operations.errors import refused

    if lost := [one.logical_id for one in change_set.changes if one.logical_id in KEPT and one.loses]:
        raise refused(
            f"that would take away or make anew {', '.join(lost)}: the state of {environment}, or the key to its "
            "secrets, would be lost; nothing was changed"
        )


def _tell(
    session: "SettingsSession",
    stack: "BootstrapStack",
    change_set: "ChangeSet",
    repository: str,
    *,
    changed: bool,
    json: bool,
) -> int:
    from dataclasses import asdict

    from operations.bootstrapping.next_steps import next_steps, spell
    from operations.terminal import say, write

    settings = session.settings
    standing = _standing(stack)
    if not standing.protected:
        stack.protect()
    steps = next_steps(
        settings.name,
        settings.location.region,
        repository,
        standing.outputs,
        boundary_said=settings.protection.roles_boundary is not None,
    )
    if json:
        content = {
            "environment": settings.name,
            "stack": stack.name,
            "changed": changed,
            "changes": [asdict(one) for one in change_set.changes],
            "outputs": standing.outputs,
            "next": [asdict(one) for one in steps],
        }
        write(dumps(content, indent=2))
    else:
        if changed:
            say(f"stack {stack.name} stands: {standing.status}")
        say("Next:")
        write(spell(steps))
    return ExitCode.DONE


def _standing(stack: "BootstrapStack") -> "Standing":
    from operations.errors import CommandStopped

    if (standing := stack.standing()) is None:
        raise CommandStopped(f"stack {stack.name} has vanished", hint="run the same command again")
    return standing


def _checked(repository: str | None) -> str | None:
    from operations.errors import bad_input

    if repository is not None and not REPOSITORY.fullmatch(repository):
        raise bad_input(f"--repository: {repository!r} is not of the form owner/name, or owner@123/name@456")
    return repository


def _account(account_id: str) -> str:
    from operations.errors import bad_input

    if not re.fullmatch(r"\d{12}", account_id):
        raise bad_input(f"--image-reader: {account_id!r} is not an AWS account: twelve digits")
    return account_id
