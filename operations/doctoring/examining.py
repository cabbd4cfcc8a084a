"""Goes through the table. A check that AWS or the network does not let happen is unknown, with the reason."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from operations.aws.errors import as_stopped, code_of, is_signed_out
from operations.doctoring.check import Check, Finding, Result, unknown
from operations.doctoring.patient import Outside, Patient
from operations.errors import CommandStopped
from operations.settings_session import SettingsSession
from runbook.whereabouts import parameter_name

if TYPE_CHECKING:
    from runbook.manifest import Manifest

READING_RIGHT = "use credentials that may read it: an administrator's before the first `up`, later the operator role"


def patient_of(session: SettingsSession, outside: Outside) -> Patient:
    """Asks who one is and whether the environment stands; without usable credentials nothing can be examined."""
    identity = session.clients.client("sts").get_caller_identity()
    manifest, unread = _manifest(session)
    return Patient(
        settings=session.settings,
        account_id=str(identity["Account"]),
        who=str(identity["Arn"]).partition(":")[2].rpartition(":")[2],
        clients=session.clients,
        manifest=manifest,
        manifest_unread=unread,
        outside=outside,
    )


def examine(patient: Patient, checks: Iterable[Check], begun: Callable[[str], None]) -> Iterator[Result]:
    """One result per row; `begun` is told the name before each."""
    for check in checks:
        begun(check.name)
        yield Result(name=check.name, findings=tuple(_look(check, patient)))


def _look(check: Check, patient: Patient) -> list[Finding]:
    found: list[Finding] = []
    try:
        found += check.look(patient)
    except CommandStopped as stopped:
        found.append(unknown(stopped.message, stopped.hint or READING_RIGHT))
    except Exception as error:
        stopped = as_stopped(error)
        if stopped is None or is_signed_out(error):  # signed out in the middle: nothing else will be answered either
            raise
        found.append(unknown(stopped.message, stopped.hint or READING_RIGHT))
    return found or [unknown("the check found nothing to say", "tell whoever keeps this project")]


def _manifest(session: SettingsSession) -> "tuple[Manifest | None, str]":
    from botocore.exceptions import ClientError
    from pydantic import ValidationError

    from runbook.manifest import Manifest

    try:
        answer = session.clients.client("ssm").get_parameter(Name=parameter_name(session.settings.name))
        return Manifest.from_parameter(answer["Parameter"]["Value"]), ""
    except ClientError as error:
        if code_of(error) == "ParameterNotFound":
            return None, ""
        if is_signed_out(error):
            raise
        stopped = as_stopped(error)
        return None, stopped.message if stopped else str(error)
    except ValidationError:
        return None, "the operations manifest is of another version of this project"
