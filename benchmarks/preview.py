"""A preview of staging in a fresh process against the preview of an empty program, and the memory it needs.

The empty program runs through the same engine in two ways: by Pulumi's Automation API as its documentation shows it,
which is the yardstick, and in our offline workspace, which starts fewer processes and so is a harder one. Everything
happens in a copy of the project: nobody's offline state is touched.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from measuring import ROOT, Command, measure, show

PREVIEW_LIMIT = 3
MEMORY_LIMIT_MIB = 250
FOLDERS = ("runbook", "components", "infra", "functions", "operations", "offline")
FILES = ("mfcloud", "Pulumi.yaml", "Pulumi.staging.yaml", "requirements.txt", "requirements-dev.txt")
ORDINARY = """\
import sys
from pulumi import automation
home = sys.argv[1]
stack = automation.create_or_select_stack(
    "empty",
    project_name="empty",
    program=lambda: None,
    opts=automation.LocalWorkspaceOptions(
        pulumi_command=automation.PulumiCommand(root=home),
        secrets_provider="passphrase",
        project_settings=automation.ProjectSettings(
            name="empty", runtime="python", backend=automation.ProjectBackend(url=f"file://{home}")
        ),
        env_vars={"PULUMI_CONFIG_PASSPHRASE": "empty", "PULUMI_SKIP_UPDATE_CHECK": "true"},
    ),
)
stack.preview(on_event=lambda event: None)
"""
OURS = """\
import sys
from pathlib import Path
from offline import engine, workspace
home = Path(sys.argv[1])
stack = workspace.open_stack(
    project_root=home / "project", environment="empty", program=lambda: None, engine=engine.find(), home=home / "work"
)
stack.preview(on_event=lambda event: None)
"""


def main() -> int:
    """Print ratios and memory; 1 when one misses its limit."""
    python = ROOT / ".venv/bin/python"
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        project = _copy_of_the_project(scratch / "copy")
        (scratch / "project").mkdir()
        (scratch / "project/Pulumi.yaml").write_text("name: empty\nruntime: python\n")
        _link_the_engine(scratch / "bin")
        ordinary, ours, staging = measure(
            Command(words=[python, "-c", ORDINARY, scratch]),
            Command(words=[python, "-c", OURS, scratch]),
            Command(words=[project / "mfcloud", "preview", "staging", "--offline"]),
        )
    print(f"      empty program {ordinary.seconds:.2f} s, in our workspace {ours.seconds:.2f} s")
    print(
        f"      staging {staging.seconds:.2f} s, {staging.seconds / ours.seconds:.2f} × the empty one in our workspace"
    )
    kept = [
        show("preview of staging against an empty program", staging.seconds / ordinary.seconds, PREVIEW_LIMIT),
        show("memory of the preview's process", staging.peak_mib, MEMORY_LIMIT_MIB, "MiB"),
    ]
    return 0 if all(kept) else 1


def _copy_of_the_project(project: Path) -> Path:
    """With compiled modules, and with the environment that is installed here."""
    project.mkdir()
    for name in FOLDERS:
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, project / name)
    for name in FILES:
        shutil.copy(ROOT / name, project)
    (project / ".venv").symlink_to(ROOT / ".venv")
    return project


def _link_the_engine(folder: Path) -> None:
    sys.path.insert(0, str(ROOT))
    from offline import engine

    folder.mkdir()
    (folder / "pulumi").symlink_to(engine.find(print).path)


if __name__ == "__main__":
    sys.exit(main())
