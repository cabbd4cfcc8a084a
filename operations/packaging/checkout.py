"""A checkout of the application, of which an image is made. Only what is committed is packaged.

An image whose digest runs in production must lead back to a commit that everybody can read: so there is no switch that
lets a changed file through.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from operations.errors import CommandStopped, bad_input, refused
from operations.packaging.programs import ask, reason

CRATE = "mockforge-registry-server"
DOCKERFILES = (Path("crates") / CRATE / "Dockerfile", Path("Dockerfile"))
TAG_CHARACTERS = 12
SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """Clean, at a commit."""

    root: Path
    commit: str
    dockerfile: Path
    """Below `root`."""

    @property
    def tag(self) -> str:
        """The commit's, so that a second run finds what the first one pushed."""
        return f"git-{self.commit[:TAG_CHARACTERS]}"


def look(folder: Path, dockerfile: Path | None) -> Checkout:
    """Stops where there is no checkout, nothing to build, or something that is not committed."""
    found = ask(["git", "-C", str(folder), "rev-parse", "--show-toplevel", "HEAD"])
    if found.returncode != 0:
        raise bad_input(
            f"{folder} is no checkout of the application: {reason(found)}",
            hint="--checkout names the folder; --image verifies an image that exists already",
        )
    top, commit = found.stdout.splitlines()[:2]
    root = Path(top)
    if not (root / "Cargo.toml").is_file():
        raise bad_input(f"{root} has no Cargo.toml: it is not the application", hint="--checkout names another folder")
    candidates = DOCKERFILES if dockerfile is None else (dockerfile,)
    chosen = next((one for one in candidates if (root / one).is_file()), None)
    if chosen is None:
        raise bad_input(f"{root} has no {' and no '.join(map(str, candidates))}", hint="--dockerfile names it")
    refuse_changes(root)
    return Checkout(root=root, commit=commit, dockerfile=chosen)


def refuse_changes(root: Path) -> None:
    """Asked before the build and after it: a build may write into a committed file, `Cargo.lock` for instance."""
    status = ask(["git", "-C", str(root), "status", "--porcelain"])
    if status.returncode != 0:
        raise CommandStopped(f"git does not say whether {root} is clean: {reason(status)}")
    changed = status.stdout.splitlines()
    if changed:
        more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
        names = ", ".join(line[3:] for line in changed[:SHOWN])
        raise refused(
            f"{root} has what is not committed: {names}{more}; nothing was pushed",
            hint="commit it or take it away: an image has to lead back to a commit",
        )


def version(checkout: Checkout) -> str | None:
    """What `/health/live` of the image will answer; None where cargo does not say it."""
    told = ask(["cargo", "metadata", "--no-deps", "--format-version", "1"], checkout.root)
    try:
        packages = json.loads(told.stdout)["packages"]
        return next(str(one["version"]) for one in packages if one["name"] == CRATE)
    except (ValueError, KeyError, TypeError, StopIteration):
        return None
