"""Lets `pulumi …` be typed by hand against the offline AWS, on the project's own `Pulumi.yaml`.

The engine finds plugins on PATH before anywhere else; so a folder of stand-ins in front of it is all there is to do.
"""

import os
import shutil
from pathlib import Path
from typing import Final

from offline import launchers
from offline.engine import Engine
from offline.workspace import PACKAGES, store_path

LANGUAGE_HOST: Final = "pulumi-language-python"


def environment_variables(home: Path, engine: Engine) -> dict[str, str]:
    """What a shell must have set for `pulumi`; without AWS credentials. Everything made lies in the folder `home`.

    The backend and the passphrase are for the person to say: `pulumi login file://…`, PULUMI_CONFIG_PASSPHRASE.
    """
    tools = home / "bin"
    tools.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        launchers.write(tools / f"pulumi-resource-{package}", "offline.provider", package, str(store_path(home)))
    _link(tools / "pulumi", engine.path)
    if own_language_host(engine, besides=tools):
        (tools / LANGUAGE_HOST).unlink(missing_ok=True)
    else:
        launchers.write(tools / LANGUAGE_HOST, "offline.language_host")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_"))}
    return {
        **kept,
        "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PULUMI_HOME": str(home / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def own_language_host(engine: Engine, *, besides: Path) -> Path | None:
    """Pulumi's own Python host where the engine looks for it: on PATH (but for the folder `besides`), or beside it."""
    folders = [folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if folder]
    elsewhere = os.pathsep.join(folder for folder in folders if Path(folder).resolve() != besides.resolve())
    if found := shutil.which(LANGUAGE_HOST, path=elsewhere):
        return Path(found)
    beside = engine.path.resolve().parent / LANGUAGE_HOST
    return beside if os.access(beside, os.X_OK) else None


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(target)
