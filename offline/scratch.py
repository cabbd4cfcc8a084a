"""Automation API classes that know the local backend: what stands in a file is read there, not asked of a process.

Each question to the engine's command line costs a process of about 0.2 s; the stock classes ask six of them around
one update.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pulumi import automation
from pulumi.automation import (
    CommandResult,
    LocalWorkspace,
    OnOutput,
    OutputMap,
    OutputValue,
    PulumiCommand,
    UpdateSummary,
)
from pulumi.automation._stack import StackInitMode
from semver import VersionInfo

from offline.engine import Engine
from offline.no_cloud import without_aws

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"


class KnownCommand(PulumiCommand):
    """The engine at a known path and version, always run without AWS credentials."""

    def __init__(self, engine: Engine) -> None:
        # not super().__init__: it would start the engine only to ask its version
        self.command = str(engine.path)
        self.version = VersionInfo(*engine.version)

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
    ) -> CommandResult:
        """As the stock method."""
        with without_aws():
            return super().run(args, cwd, additional_env, on_output, on_error)


class ScratchWorkspace(LocalWorkspace):
    """A workspace over a local file backend at `<work_dir>/state`."""

    def state_file(self, stack_name: str) -> Path:
        """Where the backend keeps the stack; absent before its first use."""
        return self._backend("stacks") / f"{stack_name}.json"

    def history_files(self, stack_name: str) -> list[Path]:
        """Oldest first."""
        return sorted((self._backend("history") / stack_name).glob("*.history.json"))

    def _backend(self, kind: str) -> Path:
        return Path(self.work_dir) / "state/.pulumi" / kind / self.project_settings().name

    def select_stack(self, stack_name: str) -> None:
        """Make it if it is not there."""
        if not self.state_file(stack_name).exists():
            self.create_stack(stack_name)

    def stack_outputs(self, stack_name: str) -> OutputMap:
        """From the state file; the engine is asked only where something has to be decrypted."""
        state: dict[str, Any] = json.loads(self.state_file(stack_name).read_text())
        latest: dict[str, Any] | None = state["checkpoint"].get("latest")
        resources: list[dict[str, Any]] = latest.get("resources", []) if latest else []
        kept: dict[str, Any] = {}
        for one in resources:
            if one["type"] == "pulumi:pulumi:Stack":
                kept = one.get("outputs") or kept
        secret = {name for name, value in kept.items() if _SIGNATURE in json.dumps(value)}
        if secret:
            asked = self._run_pulumi_cmd_sync(["stack", "output", "--json", "--show-secrets", "--stack", stack_name])
            kept = json.loads(asked.stdout)
        return {name: OutputValue(value=value, secret=name in secret) for name, value in kept.items()}


class ScratchStack(automation.Stack):
    """A stack, made on first use, whose last update is read from the backend's own record."""

    def __init__(self, name: str, workspace: ScratchWorkspace) -> None:
        super().__init__(name, workspace, StackInitMode.SELECT)

    def info(self, show_secrets: bool = True) -> UpdateSummary | None:  # noqa: ARG002, FBT001, FBT002 (as the stock one)
        """The last update that was recorded, or None. Its `config` is left out."""
        workspace = self.workspace
        assert isinstance(workspace, ScratchWorkspace)  # noqa: S101 (made so by `open_stack`)
        files = workspace.history_files(self.name)
        if not files:
            return None
        record = json.loads(files[-1].read_text())
        return UpdateSummary(
            kind=record["kind"],
            start_time=datetime.fromtimestamp(record["startTime"], UTC),
            message=record["message"],
            environment=record["environment"],
            config={},  # as texts, objects and ciphers in the record; nobody needs it here
            result=record["result"],
            end_time=datetime.fromtimestamp(record["endTime"], UTC),
            version=record["version"],
            resource_changes=record.get("resourceChanges"),
        )
