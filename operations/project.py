"""The project folder and the environments it describes."""

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from operations.errors import bad_input, refused

if TYPE_CHECKING:
    from runbook.settings import Environment

PROJECT_NAME = "mockforge-cloud"
PROJECT_ROOT = Path(__file__).resolve().parent.parent


def environment_names(root: Path = PROJECT_ROOT) -> list[str]:
    """Every environment that has a stack file, sorted."""
    return sorted(file.name.split(".")[1] for file in root.glob("Pulumi.*.yaml"))


def stack_file(name: str, root: Path = PROJECT_ROOT) -> Path:
    """The stack file of an environment; stops with the names there are if there is none of that name."""
    known = environment_names(root)
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f"did you mean `{close[0]}`?" if close else f"an environment is described by a file Pulumi.{name}.yaml"
        raise bad_input(f"there is no environment `{name}`; there are: {', '.join(known) or 'none'}", hint=hint)
    return root / f"Pulumi.{name}.yaml"


def load_environment(name: str, root: Path = PROJECT_ROOT) -> "Environment":
    """Settings of an environment, checked; every mistake of the stack file is in the message that stops the command."""
    file = stack_file(name, root)
    from runbook.stack_file import StackFileError, load

    try:
        return load(file, name)
    except StackFileError as error:
        raise bad_input(str(error)) from error


def refuse_passphrase(name: str, root: Path = PROJECT_ROOT) -> None:
    """A stack on AWS keeps its secrets under a KMS key: a passphrase is shared by hand and cannot be revoked."""
    content = _content(name, root)
    provider = str(content.get("secretsprovider", ""))
    if "encryptionsalt" in content or (provider and not provider.startswith("awskms://")):
        raise refused(
            f"Pulumi.{name}.yaml encrypts secrets with {provider or 'a passphrase'}; on AWS that must be a KMS key",
            hint=f'pulumi stack change-secrets-provider --stack {name} "awskms://alias/<your key>?region=<its region>"',
        )


def secrets_provider(name: str, root: Path = PROJECT_ROOT) -> str:
    """What encrypts the stack's secrets, as `pulumi stack init` has written it; empty before that."""
    return str(_content(name, root).get("secretsprovider", ""))


def _content(name: str, root: Path) -> dict[str, Any]:
    import yaml

    content: dict[str, Any] | None = yaml.safe_load(stack_file(name, root).read_text(encoding="utf-8"))
    return content or {}
