"""Scratch workspaces: the real engine over a stand-in AWS, in a folder that nobody commits.

The product's own files are read, never written: a plain `pulumi up` beside them must reach AWS. Everything the
engine writes lands under `<project>/.offline/<environment>/`.
"""

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from pulumi import automation

from offline import launchers
from offline.engine import Engine
from offline.provider.store import Store, StoreError
from offline.provider.wire import is_object
from offline.scratch import KnownCommand, ScratchStack, ScratchWorkspace

PACKAGES: Final = ("aws", "random")
STORE: Final = "cloud.sqlite3"
_ENCRYPTION: Final = re.compile(r"^(encryptionsalt|encryptedkey|secretsprovider)\s*:")
_KEPT_ENVIRONMENT: Final = {
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    "PULUMI_CONFIG_PASSPHRASE": "offline",  # protects nothing: the values behind it are made up
}
_WITHOUT_CHECKPOINTS: Final = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}


class WorkspaceError(Exception):
    """The project's own files do not allow it. The message says which and why."""


def home_of(project_root: Path, environment: str) -> Path:
    """The folder that `open_stack` uses unless told otherwise."""
    return project_root / ".offline" / environment


def store_path(home: Path) -> Path:
    """The offline cloud of a scratch workspace (`offline.provider.store.Store`)."""
    return home / STORE


def reset(home: Path) -> bool:
    """Forget the offline cloud and its state. Whether there was something to forget."""
    if not home.exists():
        return False
    if not (home / STORE).exists() and not (home / "state").exists():
        raise WorkspaceError(f"{home} is not a scratch workspace; it was left alone")
    shutil.rmtree(home)
    return True


def open_stack(
    *,
    project_root: Path,
    environment: str,
    program: Callable[[], None],
    engine: Engine,
    home: Path | None = None,
    checkpoints: bool = True,
) -> automation.Stack:
    """The stack of this environment over the offline AWS, made on first use; an Automation API stack like any other.

    `project_root` holds `Pulumi.yaml` and `Pulumi.<environment>.yaml` (which may be absent). While the engine runs,
    this process has no AWS credentials either, so resource hooks cannot reach a real account. Without `checkpoints`
    the state is written once at the end instead of after each resource: an update of 270 resources takes a fifth of
    the time, and one that is killed leaves no state. Raises `WorkspaceError`.
    """
    home = (home or home_of(project_root, environment)).absolute()
    project = _project(project_root)
    _refuse_a_broken_store(home / STORE)
    _lay_out(home, project, project_root / f"Pulumi.{environment}.yaml", environment)
    workspace = ScratchWorkspace(
        work_dir=str(home),
        program=program,
        pulumi_home=str(home / "home"),
        secrets_provider="passphrase",
        env_vars={
            **_KEPT_ENVIRONMENT,
            **({} if checkpoints else _WITHOUT_CHECKPOINTS),
            "PULUMI_BACKEND_URL": (home / "state").as_uri(),
        },
        pulumi_command=KnownCommand(engine),
    )
    return ScratchStack(environment, workspace)


def _refuse_a_broken_store(path: Path) -> None:
    """Here, in words: the engine would only say that a provider ended prematurely."""
    if path.exists():
        try:
            Store(path).close()
        except StoreError as error:
            raise WorkspaceError(str(error)) from error


def _project(root: Path) -> dict[str, Any]:
    path = root / "Pulumi.yaml"
    try:
        project = yaml.safe_load(path.read_text())
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be read ({error.strerror})") from error
    except yaml.YAMLError as error:
        raise WorkspaceError(f"{path} is not YAML ({error})") from error
    if not is_object(project) or not isinstance(project.get("name"), str):
        raise WorkspaceError(f"{path} must be a mapping with a name")
    return project


def _lay_out(home: Path, project: Mapping[str, Any], stack_file: Path, environment: str) -> None:
    (home / "state").mkdir(parents=True, exist_ok=True)
    (home / "home").mkdir(exist_ok=True)
    for package in PACKAGES:
        launcher = home / "providers" / package / f"pulumi-resource-{package}"
        launchers.write(launcher, "offline.provider", package, str(home / STORE))
    generated = {
        "name": project["name"],
        "runtime": "python",
        **({"config": project["config"]} if project.get("config") else {}),
        "plugins": {
            "providers": [{"name": package, "path": str(home / "providers" / package)} for package in PACKAGES]
        },
    }
    _write(home / "Pulumi.yaml", yaml.safe_dump(generated, sort_keys=False))
    copy = home / f"Pulumi.{environment}.yaml"
    _write(copy, _stack_file(stack_file, copy))


def _stack_file(original: Path, copy: Path) -> str:
    """The stack file as it stands, letter by letter, but with the scratch stack's own encryption.

    A real stack's KMS key must not be asked, and the scratch salt has to outlive the copying.
    """
    lines = original.read_text().splitlines() if original.exists() else []
    kept = [line for line in lines if not _ENCRYPTION.match(line)]
    if copy.exists():
        kept += [line for line in copy.read_text().splitlines() if line.startswith("encryptionsalt:")]
    return "\n".join(kept) + "\n" if kept else ""


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
