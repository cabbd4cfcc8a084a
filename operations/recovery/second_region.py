"""The environment in the second region: a stack of its own, described by a stack file made from the lost one's. Pure.

The lost stack cannot be moved: its region does not answer, and what is in it is protected. So another one is brought
up beside it, under another name (names of secrets and roles must not meet), first at an address of its own: users
come when everything has been verified (decision 0021).
"""

import re
from collections.abc import Mapping
from typing import Any, cast

from operations.errors import bad_input

OURS = "mockforge-cloud:"
SUFFIX = "-dr"
LONGEST_NAME = 15  # of an environment (runbook.settings.Environment.name)
ADDRESS_SUFFIX = "-recovery"
HEADER = """\
# yaml-language-server: $schema=runbook/stack-file.schema.json
# Made by `mfcloud recover system` from Pulumi.{lost}.yaml: the same environment in {region}.
# What is different on purpose: region, address until users are taken over, no approval and no bake while it is brought
# up. Afterwards `deployment` and `location.recovery_region` belong back; see docs/decisions/0021.
"""
_ECR = re.compile(r"^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/([^@:]+)@(sha256:[0-9a-f]{64})$")


def name_of(lost: str, wished: str | None) -> str:
    """Of the new environment."""
    name = wished or f"{lost}{SUFFIX}"
    if len(name) > LONGEST_NAME or name == lost:
        raise bad_input(
            f"`{name}` cannot be the name of the environment in the second region: at most {LONGEST_NAME} characters, "
            "and another one than the lost one's",
            hint="give --as",
        )
    return name


def first_address(host_name: str) -> str:
    """Where it is reached until users are taken over: `cloud.example.dev` becomes `cloud-recovery.example.dev`."""
    label, _, rest = host_name.partition(".")
    return f"{label}{ADDRESS_SUFFIX}.{rest}"


def content(lost: Mapping[str, Any], region: str) -> dict[str, Any]:
    """The stack file as data: what differs on purpose, and all else as it was. Keys of Pulumi's encryption stay out."""
    config: dict[str, Any] = dict(cast("Mapping[str, Any]", lost.get("config") or {}))

    def section(name: str) -> dict[str, Any]:
        made: dict[str, Any] = dict(cast("Mapping[str, Any]", config.get(f"{OURS}{name}") or {}))
        config[f"{OURS}{name}"] = made
        return made

    location, address, service = section("location"), section("address"), section("service")
    location["region"] = region
    location.pop("recovery_region", None)  # nothing can be copied to a region that does not answer
    address["host_name"] = first_address(str(address["host_name"]))
    if (image := image_in(str(service.get("image", "")), region)) is not None:
        service["image"] = image
    section("deployment").update({"approval_required": False, "bake_minutes": 0})
    database = section("database")
    database.pop("identifier", None)
    if not database:
        del config[f"{OURS}database"]
    return {"config": config}


def image_in(image: str, region: str) -> str | None:
    """The same image in the second region's registry; None where it lies elsewhere than in ECR."""
    found = _ECR.match(image)
    if found is None:
        return None
    account, _region, repository, digest = found.groups()
    return f"{account}.dkr.ecr.{region}.amazonaws.com/{repository}@{digest}"


def image_parts(image: str) -> tuple[str, str, str, str] | None:
    """Account, region, repository and digest; None where it lies elsewhere than in ECR."""
    found = _ECR.match(image)
    if found is None:
        return None
    account, region, repository, digest = found.groups()
    return account, region, repository, digest


def text(lost: Mapping[str, Any], *, lost_name: str, region: str) -> str:
    """The whole file."""
    import yaml

    return HEADER.format(lost=lost_name, region=region) + yaml.safe_dump(content(lost, region), sort_keys=False)


def with_address(file_text: str, old: str, new: str) -> str:
    """The file with its host name changed, and nothing else; stops where it does not stand there once."""
    pattern = re.compile(rf"(?m)^(\s+host_name:\s*['\"]?){re.escape(old)}(['\"]?\s*(?:#.*)?)$")
    changed, times = pattern.subn(rf"\g<1>{new}\g<2>", file_text)
    if times != 1:
        raise bad_input(
            f"`host_name: {old}` stands {times} times in the stack file, not once", hint=f"write {new} there"
        )
    return changed
