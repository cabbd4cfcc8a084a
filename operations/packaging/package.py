"""Makes or verifies the package. The digest is given only when the registry itself has confirmed it."""

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from operations.errors import CommandStopped, bad_input, refused
from operations.packaging.checkout import Checkout, refuse_changes, version
from operations.packaging.programs import Programs, Step
from operations.packaging.registry import Found, Target, find, log_in, repository_of
from operations.terminal import say

PUSHING = "whether the image arrived is not known, so it has no digest yet"


@dataclass(frozen=True, kw_only=True)
class Package:
    """An image that can be deployed."""

    image: str
    """With its digest."""
    platform: str
    commit: str | None
    """None where only the image was given."""
    version: str | None
    made: bool
    """False: it was there before."""


def make(checkout: Checkout, target: Target) -> Package:
    """Tests, release build, image, push. A commit whose image is in the registry is not built a second time."""
    tagged = f"{target.repository}:{checkout.tag}"
    log_in(target.repository)
    if (there := find(tagged)) is not None:
        say(f"{tagged} is in the registry already: tests and build of this commit are not repeated")
        return _package(checkout, target, there, made=False)

    programs = Programs(steps=3)
    programs.run(Step(what="cargo test", command=["cargo", "test"], folder=checkout.root))
    programs.run(Step(what="cargo build --release", command=["cargo", "build", "--release"], folder=checkout.root))
    refuse_changes(checkout.root)
    digest = _build_and_push(programs, checkout, target, tagged)
    found = find(f"{target.repository}@{digest}")
    if found is None:
        raise CommandStopped(f"{tagged} was pushed as {digest}, but the registry does not have it", hint="run it again")
    return _package(checkout, target, found, made=True)


def verify(image: str, target: Target) -> Package:
    """An image that exists: the registry has it, with this digest, for the platform of the environment's tasks."""
    repository, _, digest = image.partition("@")
    log_in(repository_of(image))
    found = find(image)
    if found is None:
        raise CommandStopped(f"the registry does not have {image}")
    if digest and found.digest != digest:
        raise CommandStopped(f"the registry has {found.digest} under {repository}, not {digest}")
    _refuse_platform(image, found, target)
    return Package(
        image=f"{repository_of(image)}@{found.digest}",
        platform=target.platform,
        commit=None,
        version=None,
        made=False,
    )


def _build_and_push(programs: Programs, checkout: Checkout, target: Target, tagged: str) -> str:
    with TemporaryDirectory(prefix="mfcloud-package-") as folder:
        told = Path(folder) / "image.json"
        command = [
            *("docker", "buildx", "build"),
            *("--platform", target.platform),
            # One manifest, not an index with an attestation beside it: ECR's basic scan reads only the former.
            "--provenance=false",
            *("--file", str(checkout.dockerfile)),
            *("--label", f"org.opencontainers.image.revision={checkout.commit}"),
            *("--tag", tagged),
            *("--metadata-file", str(told)),
            "--push",
            ".",
        ]
        programs.run(Step(what="image and push", command=command, folder=checkout.root, standing=PUSHING))
        try:
            return str(json.loads(told.read_text(encoding="utf-8"))["containerimage.digest"])
        except (OSError, ValueError, KeyError) as error:
            raise CommandStopped(
                "docker does not tell the digest of what it pushed",
                hint="run the same command again: it asks the registry",
            ) from error


def _package(checkout: Checkout, target: Target, found: Found, *, made: bool) -> Package:
    image = f"{target.repository}@{found.digest}"
    _refuse_platform(image, found, target)
    return Package(image=image, platform=target.platform, commit=checkout.commit, version=version(checkout), made=made)


def _refuse_platform(image: str, found: Found, target: Target) -> None:
    if target.platform not in found.platforms:
        raise refused(
            f"{image} is made for {', '.join(found.platforms) or 'no platform'}; the tasks need {target.platform}",
            hint="build it for that platform, or change service.architecture",
        )


def target_of(environment: str) -> Target:
    """Repository and platform, as the stack file says."""
    from operations.project import load_environment

    service = load_environment(environment).service
    if "/" not in service.image:
        raise bad_input(f"service.image of {environment} names no registry: {service.image}")
    return Target.of(service.image, service.architecture)
