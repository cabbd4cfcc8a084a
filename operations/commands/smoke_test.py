"""`mfcloud smoke-test`."""

from typing import TYPE_CHECKING, Annotated

import typer

from operations.commands.arguments import EnvironmentName, Json, Offline, Region
from operations.exit_codes import ExitCode

if TYPE_CHECKING:
    from functions.smoke_test.checks import Report


def command(
    environment: EnvironmentName,
    *,
    test_traffic: Annotated[
        bool, typer.Option("--test-traffic", help="Ask what the test rule leads to: in a deployment, the new tasks.")
    ] = False,
    version: Annotated[
        str | None, typer.Option("--version", metavar="VERSION", help="Version that must answer, such as 0.3.238.")
    ] = None,
    region: Region = None,
    offline: Offline = False,
    json: Json = False,
) -> int:
    """Ask an environment what a deployment's gate asks, from here.

    Exit code 0 only if every check that could be made is ok. Takes two minutes at most; changes nothing.

    Example: mfcloud smoke-test staging
    """
    from operations.checks.smoke_test import smoke_test
    from operations.errors import CommandStopped
    from operations.session import operating
    from operations.terminal import say, write

    with operating(environment, region, offline=offline) as session:
        where = "test traffic" if test_traffic else "what users reach"
        say(f"smoke test of {session.manifest.url} ({where}) …")
        report = smoke_test(session, test_traffic=test_traffic, version=version)
    write(_as_json(environment, report) if json else _as_text(report))
    if not report.passed:
        raise CommandStopped(
            f"the smoke test of {environment} failed: {report.reason}",
            hint="run it again in a minute: what failed may pass then"
            if report.not_ok and report.may_pass_later
            else f"`mfcloud status {environment}` shows what is live",
        )
    return ExitCode.DONE


def _as_text(report: "Report") -> str:
    width = max((len(one.name) for one in report.results), default=0)
    return "\n".join(
        f"{one.outcome:<12}  {one.name:<{width}}  {one.milliseconds:>6} ms  {one.reason}" for one in report.results
    )


def _as_json(environment: str, report: "Report") -> str:
    from json import dumps

    content = {
        "environment": environment,
        "passed": report.passed,
        "results": [
            {"name": one.name, "outcome": one.outcome, "reason": one.reason, "milliseconds": one.milliseconds}
            for one in report.results
        ],
    }
    return dumps(content, indent=2, ensure_ascii=False)
