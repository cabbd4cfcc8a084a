"""Reads the operations manifest of an environment, and makes sure that it is that environment's."""

from difflib import get_close_matches
from typing import TYPE_CHECKING

from operations.aws.clients import Clients
from operations.aws.errors import UP, code_of
from operations.errors import CommandStopped, bad_input, refused
from operations.project import environment_names
from runbook.whereabouts import parameter_name

if TYPE_CHECKING:
    from runbook.manifest import Manifest


def read_manifest(environment: str, clients: Clients) -> "Manifest":
    """The manifest; stops the command when there is none, when it is unreadable, or of another account or place.

    Anything else that AWS answers is left to `aws_errors.in_one_sentence`.
    """
    from botocore.exceptions import ClientError

    name = parameter_name(environment)
    try:
        parameter = clients.client("ssm").get_parameter(Name=name)["Parameter"]
    except ClientError as error:
        if code_of(error) != "ParameterNotFound":
            raise
        raise _missing(environment, name, clients) from error

    from pydantic import ValidationError  # only now: AWS is asked before what takes long to import

    from runbook.manifest import Manifest

    try:
        manifest = Manifest.from_parameter(parameter["Value"])
    except ValidationError as error:
        raise CommandStopped(
            f"the operations manifest of {environment} (SSM parameter {name}) is not one that this version can read: "
            f"{error.error_count()} problems, the first at {_place(error)}",
            hint=f"use the version of this project that `mfcloud up {environment}` was last run with, "
            "or run it with this one",
        ) from error
    _refuse_foreign(manifest, environment, account_id=str(parameter["ARN"]).split(":")[4], region=clients.region)
    return manifest


def _missing(environment: str, name: str, clients: Clients) -> CommandStopped:
    known = environment_names()
    if environment not in known and (close := get_close_matches(environment, known, n=1)):
        return bad_input(f"there is no environment `{environment}`", hint=f"did you mean `{close[0]}`?")
    account_id = clients.client("sts").get_caller_identity()["Account"]
    return CommandStopped(
        f"account {account_id} has no environment `{environment}` in {clients.region}: SSM parameter {name} is missing",
        hint=UP,
    )


def _refuse_foreign(manifest: "Manifest", environment: str, *, account_id: str, region: str) -> None:
    """A copied parameter would make commands look for, or act on, what is not there."""
    said = (manifest.environment, manifest.account_id, manifest.region)
    if said != (environment, account_id, region):
        raise refused(
            f"the operations manifest speaks of {said[0]} in account {said[1]}, {said[2]}, "
            f"but lies in that of {environment} in account {account_id}, {region}; nothing was changed",
            hint=f"sign in to account {said[1]}, give --region {said[2]}, or run `mfcloud up {environment}`",
        )


def _place(error: object) -> str:
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        return "unknown"
    return ".".join(map(str, error.errors()[0]["loc"])) or "its beginning"
