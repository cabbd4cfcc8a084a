"""What a person has to change in a stack file after a rollback, where `putting_back` cannot make the edit itself."""

from pathlib import Path

from operations.deployments.told import Image
from operations.project import PROJECT_ROOT


def edit(environment: str, bad: Image | None, good: Image | None, root: Path = PROJECT_ROOT) -> list[str]:
    """Lines for the person; none where nothing has to be changed."""
    name = f"Pulumi.{environment}.yaml"
    if bad is None or good is None:
        return [f"check what {name} says of the image before the next `mfcloud up`: ECS does not say it"]
    if bad.identity == good.identity:
        return [
            f"the image is the same: take the other changes since then back in {name}, or `mfcloud up` makes them again"
        ]
    file = root / name
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    found = [number for number, line in enumerate(lines) if bad.identity in line and not line.lstrip().startswith("#")]
    if not found:
        if any(good.identity in line for line in lines):
            return []
        return [f"before the next `mfcloud up`, let `service.image` in {name} be", f"  {good.reference}"]
    changes: list[str] = []
    for number in found:
        old = lines[number]
        changes += [
            f"change line {number + 1} of {name}, or `mfcloud up` is refused:",
            f"  - {old.strip()}",
            f"  + {old.replace(bad.reference, good.reference).replace(bad.identity, good.identity).strip()}",
        ]
    return [*changes, "and `version` with it, where the older image answers another one"]
