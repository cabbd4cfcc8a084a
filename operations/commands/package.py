"""`mfcloud package`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from operations.commands.arguments import DryRun, EnvironmentName, Json
from operations.exit_codes import ExitCode

if TYPE_CHECKING:
    from operations.packaging.package import Package


def command(
    environment: EnvironmentName,
    *,
    checkout: Annotated[
        Path, typer.Option("--checkout", metavar="FOLDER", help="The application's own repository.")
    ] = Path(),
    image: Annotated[
        str | None, typer.Option("--image", metavar="IMAGE", help="Build nothing; verify this image.")
    ] = None,
    dockerfile: Annotated[
        Path | None,
        typer.Option("--dockerfile", metavar="FILE", help="Within the checkout; otherwise the server's, or the top's."),
    ] = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """Make the image that is deployed, and print its digest.

    In a checkout of the application: its tests, its release build, then the image for the environment's platform,
    pushed to the repository that the stack file names. Only what is committed is packaged; the image's tag is the
    commit's, so a repeated run finds what is there. The digest is printed when the registry has confirmed it.

    With --image nothing is built: the registry must have it, with its digest, for the right platform.

    Example: mfcloud package staging --checkout ../mockforge
    """
    from operations.errors import bad_input
    from operations.packaging.checkout import look
    from operations.packaging.package import make, target_of, verify
    from operations.packaging.programs import need
    from operations.terminal import say

    if image is not None and (checkout != Path() or dockerfile is not None):
        raise bad_input("--image builds nothing, so it goes without --checkout and --dockerfile")
    target = target_of(environment)
    if image is not None:
        need("docker")
        say(f"Verify {image} for {target.platform}")
        return _tell(environment, verify(image, target), json=json)
    need("git", "cargo", "docker")
    found = look(checkout, dockerfile)
    say(f"Package {found.root} at {found.commit} as {target.repository}:{found.tag} for {target.platform}")
    say("  cargo test, cargo build --release, docker buildx build --push")
    if dry_run:
        say("dry run: nothing was changed")
        return ExitCode.DONE
    return _tell(environment, make(found, target), json=json)


def _tell(environment: str, package: "Package", *, json: bool) -> int:
    from dataclasses import asdict
    from json import dumps

    from operations.terminal import say, write

    said = f", which answers as version {package.version}" if package.version else ""
    say(f"the registry has it for {package.platform}{said}")
    say(f"next: let `service.image` of {environment} name it{', and `service.version`' if package.version else ''}")
    write(dumps(asdict(package), indent=2) if json else package.image)
    return ExitCode.DONE
