"""Images in a registry: their names, who may read them, their digest and platform."""

import base64
import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from operations.aws.clients import Clients
from operations.aws.errors import in_one_sentence
from operations.errors import CommandStopped
from operations.packaging.programs import ask, reason

PLATFORMS = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}
"""Of the settings' `service.architecture`, as container tools call them."""
_ECR = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?")
_ABSENT = re.compile(r"not found|manifest unknown|MANIFEST_UNKNOWN|no such manifest", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where an environment's images lie, and for what its tasks are made."""

    repository: str
    """Registry and name, without tag and digest."""
    platform: str

    @classmethod
    def of(cls, image: str, architecture: Literal["arm64", "x86_64"]) -> "Target":
        """From the settings' `service`."""
        return cls(repository=repository_of(image), platform=PLATFORMS[architecture])


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the registry says of an image."""

    digest: str
    platforms: tuple[str, ...]


def repository_of(image: str) -> str:
    """`registry:5000/name` of `registry:5000/name:tag@sha256:…`."""
    name = image.partition("@")[0]
    start, slash, last = name.rpartition("/")
    return f"{start}{slash}{last.partition(':')[0]}"


def log_in(repository: str) -> None:
    """To Amazon's registry, with the AWS credentials; to another one people log in by themselves."""
    host = repository.partition("/")[0]
    found = _ECR.fullmatch(host)
    if found is None:
        return
    with in_one_sentence():
        ecr = Clients(region=found["region"]).client("ecr")
        [granted] = ecr.get_authorization_token(registryIds=[found["account"]])["authorizationData"]
    user, _, password = base64.b64decode(granted["authorizationToken"]).decode().partition(":")
    done = ask(["docker", "login", "--username", user, "--password-stdin", host], typed=password)
    if done.returncode != 0:
        raise CommandStopped(f"docker could not log in to {host}: {reason(done)}")


def find(reference: str) -> Found | None:
    """None where the registry does not have it; stops when it does not answer."""
    done = ask(["docker", "buildx", "imagetools", "inspect", reference, "--format", "{{json .}}"])
    if done.returncode != 0:
        if _ABSENT.search(done.stderr):
            return None
        raise CommandStopped(f"the registry does not say whether it has {reference}: {reason(done)}")
    try:
        told: dict[str, Any] = json.loads(done.stdout)
        return Found(digest=str(told["manifest"]["digest"]), platforms=_platforms(told["image"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CommandStopped(f"docker tells of {reference} in a way that is not understood") from error


def _platforms(image: dict[str, Any]) -> tuple[str, ...]:
    """One image is told by itself, several by their platform; `unknown` ones are attestations."""
    several = image if "architecture" not in image else {"": image}
    found = (f"{one['os']}/{one['architecture']}" for one in several.values())
    return tuple(sorted(one for one in found if not one.startswith("unknown")))
