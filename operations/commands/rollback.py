"""`mfcloud rollback`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from operations.commands.arguments import DryRun, EnvironmentName, Json, Offline, Region, Yes
from operations.exit_codes import ExitCode

if TYPE_CHECKING:
    from datetime import datetime

    from operations.deployments.told import Deployment
    from operations.rolling_back.course import Rollback
    from operations.rolling_back.decision import Decision


def command(  # noqa: PLR0913 - a switch each
    environment: EnvironmentName,
    *,
    reason: Annotated[
        str | None,
        typer.Option(
            "--reason", help="Why; it stands in the record and in the incident note. Asked for where it is left out."
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="TASK_DEFINITION", help="Go back to this one, as in mockforge-production:41."),
    ] = None,
    notes: Annotated[Path, typer.Option("--notes", help="Folder for the incident note.")] = Path(),
    region: Region = None,
    offline: Offline = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Go back to the last version that was healthy.

    While a deployment or its bake goes on, it is stopped, and ECS returns to the version before: minutes.
    Later the older version is deployed again: a full run with its bake, whose approval this command answers.

    The image is recorded as withdrawn, so that no later `up` brings it back, and the stack file can be changed to name
    the older one. What was interrupted is taken up by the same command, and what is done is not done twice. An incident
    note is left to be filled in.

    Example: mfcloud rollback production --reason "log-ins fail"
    """
    from operations.confirmation import confirm
    from operations.rolling_back.course import Rollback
    from operations.rolling_back.decision import Done
    from operations.session import operating
    from operations.terminal import say

    reason = _reason(reason)
    with operating(environment, region, offline=offline) as session:
        rollback = Rollback(session=session, reason=reason, to=to)
        began = session.clock.now()
        decision = rollback.look()
        for line in _plan(decision):
            say(line)
        unrecorded = _unrecorded(rollback, decision)
        if unrecorded:
            say(f"  withdraws   image {unrecorded}")
        if isinstance(decision, Done) and not unrecorded:
            return _tell(rollback, decision, decision.deployment, note=None, yes=yes, json=json)
        if dry_run:
            say("dry run: nothing was changed")
            return ExitCode.DONE
        confirm(_question(environment, decision), expected=environment, yes=yes)
        decision, deployment = rollback.carry_out(decision)
        note = _note(rollback, decision, deployment, began=began, folder=notes)
        return _tell(rollback, decision, deployment, note=note, yes=yes, json=json)


def _reason(said: str | None) -> str:
    """In a hurry it is forgotten, and hints name the command without it: so a person is asked, and a script is told."""
    import sys

    from operations.confirmation import typed
    from operations.errors import bad_input

    if said is None and sys.stdin.isatty():
        said = typed("Why is it taken back? A few words for the record and the incident note.")
    if not (said or "").strip():
        raise bad_input(
            "--reason is missing or says nothing; nothing was changed",
            hint='a few words, as in --reason "log-ins fail": whoever reads the incident note needs them',
        )
    return str(said)


def _plan(decision: "Decision") -> list[str]:
    from operations.rolling_back.decision import Redeploy, Stop

    lines = [
        f"  takes back  {decision.bad or 'unknown'}",
        f"  returns to  {decision.good or 'unknown'}",
    ]
    if isinstance(decision, Stop):
        stage = decision.deployment.stage or "unknown"
        begun = f"{decision.deployment.created_at:%Y-%m-%d %H:%M} UTC"
        return [
            "Stop the deployment that goes on, and return to the version before:",
            *lines,
            f"  deployment  {decision.deployment.id}, stage {stage}, begun at {begun}",
            f"  expected    about {decision.minutes} minutes",
        ]
    if isinstance(decision, Redeploy):
        return [
            "The deployment is over and its old tasks are gone: deploy the older version again.",
            *lines,
            f"  expected    about {decision.minutes} minutes, its bake included",
        ]
    return [decision.sentence, *lines]


def _question(environment: str, decision: "Decision") -> str:
    from operations.rolling_back.decision import Done

    if isinstance(decision, Done):
        return f"Record the image of {decision.bad} as withdrawn in {environment}?"
    return f"Take {decision.bad} of {environment} back and return to {decision.good or 'the version before'}?"


def _unrecorded(rollback: "Rollback", decision: "Decision") -> str | None:
    from operations.deployments.withdrawals import recorded
    from operations.rolling_back.decision import withdraws

    image = withdraws(decision)
    if image is None or any(one.image == image.identity for one in recorded(rollback.session)):
        return None
    return image.short


def _note(
    rollback: "Rollback", decision: "Decision", deployment: "Deployment", *, began: "datetime", folder: Path
) -> Path | None:
    """Where the note lies; None where it could not be written, which must not hide that users are served again."""
    from operations.deployments.evidence import gather
    from operations.rolling_back.note import Incident, file_name, write_note
    from operations.terminal import say

    session = rollback.session
    path = folder / file_name(session.manifest.environment, deployment)
    ended = deployment.finished_at or session.clock.now()
    incident = Incident(
        environment=session.manifest.environment,
        reason=rollback.reason,
        began=min(began, ended),
        ended=ended,
        deployment=deployment,
        bad=decision.bad,
        good=decision.good,
        outcome=deployment.status,
        evidence=gather(session, began=min(began, ended), ended=ended),
    )
    try:
        written = write_note(path, incident)
    except OSError as error:
        say(f"warning: the incident note could not be written: {error}")
        return None
    say(f"incident note to fill in: {path}" if written else f"the incident note {path} exists and stays as it is")
    return path


def _tell(
    rollback: "Rollback", decision: "Decision", deployment: "Deployment", *, note: Path | None, yes: bool, json: bool
) -> int:
    from json import dumps

    from operations.rolling_back.course import confirm_success
    from operations.rolling_back.decision import withdraws
    from operations.terminal import write

    session = rollback.session
    sentence = confirm_success(session, deployment, decision)
    bad, good = decision.bad, decision.good
    edited = _put_back(rollback, decision, yes=yes)
    if not json:
        write(sentence)
        return ExitCode.DONE
    withdrawn = withdraws(decision)
    content = {
        "environment": session.manifest.environment,
        "deployment": deployment.arn,
        "status": deployment.status,
        "taken_back": bad.as_json() if bad else None,
        "returned_to": good.as_json() if good else None,
        "withdrawn": withdrawn.identity if withdrawn else None,
        "note": str(note) if note else None,
        "stack_file_changed": edited,
    }
    write(dumps(content, indent=2))
    return ExitCode.DONE


def _put_back(rollback: "Rollback", decision: "Decision", *, yes: bool) -> bool:
    """The edit of the stack file, offered. Whether it was made."""
    from operations import project
    from operations.aws.known import Known, known
    from operations.deploying.putting_back import offer_to_put_back
    from operations.deploying.record import read

    if decision.bad is None:
        return False
    session = rollback.session
    environment = session.manifest.environment
    record = known(lambda: read(session))  # only helps to name the older version; nothing hangs on it
    return offer_to_put_back(
        project.PROJECT_ROOT / f"Pulumi.{environment}.yaml",
        environment,
        bad=decision.bad,
        good=decision.good,
        record=record.thing if isinstance(record, Known) else None,
        yes=yes,
    )
