"""Which AWS region a command asks, before it has the manifest that could tell.

`--region` first, for it is the person's word; then the stack file, because there the environment was brought up; then
AWS_REGION, AWS_DEFAULT_REGION or the profile. So a checkout needs no option, and a machine without stack files can
operate as well.
"""

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from operations.errors import bad_input
from operations.project import PROJECT_ROOT, environment_names
from runbook.whereabouts import DEFAULT_REGION

LOCATION = "mockforge-cloud:location"
REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")


def region_of(environment: str, option: str | None, root: Path = PROJECT_ROOT) -> str:
    """The region; stops the command when nothing says it."""
    if option:
        return option
    if (file := root / f"Pulumi.{environment}.yaml").is_file():
        return _of_stack_file(file)
    _refuse_misspelling(environment, root)
    return _of_machine() or _unknown(environment)


def _refuse_misspelling(environment: str, root: Path) -> None:
    """Before AWS is asked: there a misspelt name looks like an environment that was never brought up."""
    known = environment_names(root)
    if close := get_close_matches(environment, known, n=1):
        raise bad_input(
            f"there is no environment `{environment}` here; there are: {', '.join(known)}",
            hint=f"did you mean `{close[0]}`? For one that has no stack file here, give --region",
        )


def _of_stack_file(file: Path) -> str:
    """As the settings read it, but without checking the rest: a mistake elsewhere must not stop a rollback."""
    import yaml

    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        config: Any = content.get("config") or {}
        location: Any = config.get(LOCATION) or {}
        said: Any = location.get("region")
    except (yaml.YAMLError, AttributeError, UnicodeDecodeError) as error:
        raise bad_input(f"{file.name} cannot be read for its region", hint="give --region") from error
    return str(said or DEFAULT_REGION)


def _of_machine() -> str | None:
    for variable in REGION_VARIABLES:
        if said := os.environ.get(variable):
            return said
    import boto3

    session: Any = boto3.Session()
    return session.region_name


def _unknown(environment: str) -> str:
    raise bad_input(
        f"it is not known in which AWS region `{environment}` stands: there is no Pulumi.{environment}.yaml",
        hint="give --region, or set AWS_REGION",
    )
