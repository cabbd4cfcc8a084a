"""`mfcloud maintenance`: dates, notice, calendar file, the operator's word, and a mute for unplanned work."""

from json import dumps
from typing import TYPE_CHECKING, Annotated

import typer

from operations.commands.arguments import DryRun, EnvironmentName, Json, Region, Yes
from operations.exit_codes import HELP, ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operations.maintenance.muting import Mute
    from operations.maintenance.notice import Notice
    from operations.maintenance.word import Waiting
    from operations.session import Session

LONGEST_MUTE_MINUTES = 240  # longer work is planned, and has a window
LONGEST_CAUSE = 1000

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Maintenance windows, and unplanned work.\n\nExample: mfcloud maintenance next production",
    epilog=HELP,
)


@app.command("next", epilog=HELP)
def next_windows(
    environment: EnvironmentName,
    *,
    count: Annotated[int, typer.Option("--count", min=1, max=120, help="So many windows.")] = 3,
    json: Json = False,
) -> int:
    """Show the next maintenance windows.

    And when users are told of each. From the stack file; needs no AWS.

    Example: mfcloud maintenance next production
    """
    from operations import clock
    from operations.maintenance.notice import spell, windows
    from operations.project import load_environment
    from operations.terminal import write
    from runbook.schedule import spell_window

    maintenance, now = load_environment(environment).maintenance, clock.SystemClock().now()
    found = windows(maintenance, now, count)
    if json:
        content = [
            {"starts": one.starts.isoformat(), "ends": one.ends.isoformat(), "notice": one.notice.isoformat()}
            for one in found
        ]
        write(dumps({"environment": environment, "windows": content}, indent=2))
        return ExitCode.DONE
    lines = [f"{environment}: {spell_window(maintenance)}"]
    for one in found:
        told = "users were told" if one.notice <= now else "users are told"
        running = ", running now" if one.starts <= now else ""
        lines.append(f"  {spell(one)}{running}; {told} {one.notice:%Y-%m-%d %H:%M} UTC")
    write("\n".join(lines))
    return ExitCode.DONE


@app.command(epilog=HELP)
def calendar(
    environment: Annotated[str | None, typer.Argument(metavar="[ENV]", help="Only this one; otherwise all.")] = None,
    *,
    ics: Annotated[bool, typer.Option("--ics", help="As an iCalendar file (RFC 5545) that never ends.")] = False,
) -> int:
    """Show a year of maintenance windows.

    With --ics as a calendar file: importing a newer one moves the events instead of adding others. From the stack
    files; needs no AWS.

    Example: mfcloud maintenance calendar --ics > maintenance.ics
    """
    from operations import clock
    from operations.maintenance.calendar_file import calendar as file_of
    from operations.maintenance.notice import spell, windows
    from operations.project import environment_names, load_environment
    from operations.terminal import write

    now = clock.SystemClock().now()
    environments = [load_environment(name) for name in ([environment] if environment else environment_names())]
    if ics:
        write(file_of(environments, now).removesuffix("\n"))  # `write` ends the last line
        return ExitCode.DONE
    found = [(one, settings) for settings in environments for one in windows(settings.maintenance, now, 12)]
    for window, settings in sorted(found, key=lambda pair: (pair[0].starts, pair[1].name)):
        write(f"{spell(window)}  {settings.name}")
    return ExitCode.DONE


@app.command(epilog=HELP)
def notice(
    environment: EnvironmentName,
    *,
    send: Annotated[bool, typer.Option("--send", help="Send it to those who are told of maintenance.")] = False,
    region: Region = None,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Print the notice of the next maintenance window, with its date.

    It is sent by itself in time; --send sends it once more, as a reminder. Without --send no AWS is needed.

    Example: mfcloud maintenance notice production
    """
    from operations import clock
    from operations.maintenance.notice import notice as text_of
    from operations.maintenance.notice import windows
    from operations.project import load_environment
    from operations.session import operating
    from operations.terminal import write

    if not send:
        settings = load_environment(environment)
        [window] = windows(settings.maintenance, clock.SystemClock().now(), 1)
        write(_notice_text(text_of(window, settings.url), sent=False, json=json))
        return ExitCode.DONE
    with operating(environment, region) as session:
        [window] = windows(session.manifest.maintenance, session.clock.now(), 1)
        text = text_of(window, session.manifest.url)
        if not json:  # a person reads it before they say yes
            write(_notice_text(text, sent=False, json=False))
        _send(session, text.subject, text.message, yes=yes)
        if json:
            write(_notice_text(text, sent=True, json=True))
    return ExitCode.DONE


def _notice_text(notice: "Notice", *, sent: bool, json: bool) -> str:
    from json import dumps

    if not json:
        return f"{notice.subject}\n\n{notice.message}"
    return dumps({"subject": notice.subject, "message": notice.message, "sent": sent}, indent=2)


def _send(session: "Session", subject: str, message: str, *, yes: bool) -> None:
    from operations.confirmation import confirm
    from operations.errors import refused
    from operations.terminal import say

    environment, topic = session.manifest.environment, session.manifest.alerts.announcement_topic_arn
    sns = session.clients.client("sns")
    readers = int(sns.get_topic_attributes(TopicArn=topic)["Attributes"].get("SubscriptionsConfirmed", 0))
    if not readers:
        raise refused(
            f"nobody would read it: the announcements of {environment} have no confirmed subscription",
            hint=f"notifications.announce_to in Pulumi.{environment}.yaml names them, and each confirms by e-mail",
        )
    confirm(f"Send this to {readers} address(es) or lists?", expected=environment, yes=yes)
    sns.publish(TopicArn=topic, Subject=subject, Message=message)
    say(f"sent to {readers} confirmed subscription(s)")


@app.command(epilog=HELP)
def finish(
    environment: EnvironmentName,
    *,
    failed: Annotated[bool, typer.Option("--failed", help="It went wrong; the report says so.")] = False,
    note: Annotated[str, typer.Option("--note", help="A sentence for the report.")] = "",
    region: Region = None,
    json: Json = False,
) -> int:
    """Tell the maintenance checklist that the work is done.

    It then tests the service, tells users, and writes the report. Refused when nobody waits for the word.

    Example: mfcloud maintenance finish production --note "kernel updated"
    """
    from json import dumps

    from operations.session import operating
    from operations.terminal import say, write

    with operating(environment, region) as session:
        waiting = _waiting(session)
        _give_word(session, waiting, failed=failed, note=note)
        word = "it went wrong" if failed else "it is done"
        say(f"told the checklist that {word}; it tests the service now and sends its report by e-mail")
    if json:
        write(dumps({"environment": environment, "succeeded": not failed, "note": note}, indent=2, ensure_ascii=False))
    return ExitCode.DONE


def _waiting(session: "Session") -> "Waiting":
    from operations.errors import refused
    from operations.maintenance.word import read_word
    from runbook.whereabouts import word_parameter_name

    environment = session.manifest.environment
    name = word_parameter_name(environment)
    waiting = read_word(session.clients.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
    hint = f"`mfcloud maintenance next {environment}` says when the next window opens"
    if waiting is None:
        raise refused(f"nobody waits for a word: no checklist of {environment} has asked for one", hint=hint)
    if waiting.until <= session.clock.now():
        raise refused(
            f"nobody waits for a word any more: the last checklist of {environment} did until "
            f"{waiting.until:%Y-%m-%d %H:%M} UTC",
            hint=hint,
        )
    return waiting


def _give_word(session: "Session", waiting: "Waiting", *, failed: bool, note: str) -> None:
    from botocore.exceptions import ClientError

    from operations.aws.errors import code_of
    from operations.errors import refused
    from operations.maintenance.word import FAILED

    who = _who(session)
    steps = session.clients.client("stepfunctions")
    try:
        if failed:
            steps.send_task_failure(taskToken=waiting.token, error=FAILED, cause=f"{who}: {note}"[:LONGEST_CAUSE])
        else:
            steps.send_task_success(taskToken=waiting.token, output=dumps({"by": who, "note": note[:LONGEST_CAUSE]}))
    except ClientError as error:
        if code_of(error) not in {"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"}:
            raise
        raise refused(
            f"the checklist waits no more ({code_of(error)}): it was answered already, stopped, or its time is over",
            hint=f"its report is sent by e-mail; execution {waiting.execution}",
        ) from error


def _who(session: "Session") -> str:
    """Last part of the ARN: the person's name where people sign in by role."""
    return str(session.clients.client("sts").get_caller_identity()["Arn"]).rpartition("/")[2]


@app.command(epilog=HELP)
def mute(
    environment: EnvironmentName,
    *,
    minutes: Annotated[
        int, typer.Option("--minutes", min=1, max=LONGEST_MUTE_MINUTES, help="It ends by itself after so long.")
    ],
    why: Annotated[str, typer.Option("--why", help="For whoever wonders why nobody was told.")],
    region: Region = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Keep alarms from telling people during unplanned work.

    Ends by itself; what is still in alarm then, tells people then. Alarms that scale or roll back stay as they are.

    Example: mfcloud maintenance mute production --minutes 30 --why "replacing a log bucket"
    """
    from operations.confirmation import confirm
    from operations.errors import bad_input, refused
    from operations.maintenance.muting import description, mutes
    from operations.session import operating
    from operations.terminal import say, write
    from runbook.whereabouts import prefix as name_prefix

    if not why.strip():
        raise bad_input("--why says nothing; nothing was changed", hint="somebody will wonder why nobody was told")
    with operating(environment, region) as session:
        prefix = name_prefix(environment)
        rules = mutes(prefix, _alarms(session, prefix), session.clock.now(), minutes)
        if not rules:
            raise refused(f"{environment} has no alarm that tells people; there is nothing to mute")
        for line in _mute_plan(environment, rules, why):
            say(line)
        if dry_run:
            say("dry run: nothing was changed")
            return ExitCode.DONE
        confirm(f"Mute {environment} until {rules[0].ends:%H:%M} UTC?", expected=environment, yes=yes)
        said = description(why.strip(), _who(session))
        for rule in rules:
            session.clients.client("cloudwatch", region=rule.region).put_alarm_mute_rule(
                Name=rule.name,
                Description=said,
                Rule={"Schedule": rule.schedule},
                MuteTargets={"AlarmNames": list(rule.alarms)},
            )
        write(_muted(environment, rules, json=json))
    return ExitCode.DONE


def _alarms(session: "Session", prefix: str) -> dict[str, list[str]]:
    """By region: the check from outside and whom it tells lie in a region of their own."""
    from operations.maintenance.muting import telling

    alerts = session.manifest.alerts
    topics = [alerts.critical_topic_arn, alerts.warning_topic_arn, alerts.outside_topic_arn]
    keep = [*alerts.deployment_alarms, alerts.maintenance_alarm]
    found: dict[str, list[str]] = {}
    for region in dict.fromkeys([session.manifest.region, alerts.outside_topic_arn.split(":")[3]]):
        pages = (
            session.clients.client("cloudwatch", region=region)
            .get_paginator("describe_alarms")
            .paginate(AlarmNamePrefix=f"{prefix}-", AlarmTypes=["CompositeAlarm", "MetricAlarm"])
        )
        if names := [name for page in pages for name in telling(page, topics, keep)]:
            found[region] = names
    return found


def _mute_plan(environment: str, rules: "Sequence[Mute]", why: str) -> list[str]:
    first = rules[0]
    return [
        f"Mute {environment}: {why.strip()}",
        f"  from    {first.starts:%Y-%m-%d %H:%M} UTC, for {first.minutes} min; until then people are told as always",
        f"  until   {first.ends:%Y-%m-%d %H:%M} UTC; what is still in alarm then, tells people then",
        *(f"  alarms  {len(rule.alarms)} in {rule.region}: {', '.join(rule.alarms)}" for rule in rules),
        "  keeps   alarms that scale, that roll a deployment back, and the maintenance alarm",
    ]


def _muted(environment: str, rules: "Sequence[Mute]", *, json: bool) -> str:
    if json:
        content = {
            "environment": environment,
            "from": rules[0].starts.isoformat(),
            "until": rules[0].ends.isoformat(),
            "rules": [{"name": one.name, "region": one.region, "alarms": list(one.alarms)} for one in rules],
        }
        return dumps(content, indent=2)
    lines = [f"{environment}: muted until {rules[0].ends:%Y-%m-%d %H:%M} UTC; to end it earlier:"]
    lines += [
        f"  aws cloudwatch delete-alarm-mute-rule --region {one.region} --alarm-mute-rule-name {one.name}"
        for one in rules
    ]
    return "\n".join(lines)
