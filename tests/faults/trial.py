"""One trial: something goes wrong in the middle of an engine's work, then the next command mends it."""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi import automation

from offline.engine import Engine
from offline.provider.faults import ANSWERS, Call, Fault, Kind
from offline.provider.store import Store
from offline.workspace import home_of, open_stack, store_path
from operations.engine.run import run
from operations.errors import CommandStopped
from operations.exit_codes import ExitCode
from operations.pending import state_file
from operations.pending.gate import Site, pass_interrupted, pass_leftovers
from operations.pending.offline_cloud import OfflineCloud
from tests.faults.world import SCOPE, Wishes, program

ENVIRONMENT = "dev"
ALONE = Path(__file__).with_name("alone.py")
PATIENCE_SECONDS = 120
HAPPENED = 77
"""How `alone.py` ends where the fault happened, unless it was killed by it."""
REVISIONS = "aws:ecs/taskDefinition:TaskDefinition"
"""`skip_destroy`: older ones stay in the cloud on purpose, and Pulumi forgets them."""


@dataclass(frozen=True)
class Bench:
    root: Path
    engine: Engine
    wishes: Wishes = field(default_factory=Wishes)

    @property
    def home(self) -> Path:
        return home_of(self.root, ENVIRONMENT)

    @property
    def cloud(self) -> Store:
        return Store(store_path(self.home))

    def lay_out(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
        (self.root / f"Pulumi.{ENVIRONMENT}.yaml").write_text("config: {}\n")

    def stack(self) -> automation.Stack:
        return open_stack(
            project_root=self.root,
            environment=ENVIRONMENT,
            program=lambda: program(self.wishes),
            engine=self.engine,
        )

    def site(self, stack: automation.Stack) -> Site:
        return Site(
            name=ENVIRONMENT,
            stack=stack,
            cloud=lambda: OfflineCloud(self.cloud, SCOPE),
            home=self.home,
            command=f"mfcloud up {ENVIRONMENT} --offline",
        )

    def breaks(self, call: Call, fault: Fault) -> bool:
        """Run the engine until it meets the fault; whether it did.

        In a process of its own, as a person would: the SDK keeps threads of a program whose engine was killed, and they
        would speak up in the next run of this one.
        """
        second = "2" if self.wishes.second_round else "1"
        done = subprocess.run(
            [sys.executable, ALONE, self.root, call, fault.kind, fault.call, fault.about, second],
            cwd=ALONE.parents[2],
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert done.returncode in (0, HAPPENED, -signal.SIGKILL), done.stderr[-2000:]
        return done.returncode != 0

    def up(self, *, mend: bool = False) -> None:
        """As `mfcloud up`: refuse or repair, preview, look for leftovers, update."""
        stack = self.stack()
        site = self.site(stack)
        pass_interrupted(site, mend=mend)
        plan, succeeded = pass_leftovers(site, lambda heard: run(heard.of(stack.preview), "Preview"), mend=mend)
        assert succeeded, plan.diagnostics
        if plan.has_changes or plan.state_differs:
            plan, succeeded = run(stack.up, "Update")
            assert succeeded, plan.diagnostics

    def destroy(self, *, mend: bool = False) -> None:
        """As `mfcloud destroy`."""
        stack = self.stack()
        pass_interrupted(self.site(stack), mend=mend)
        plan, succeeded = run(stack.destroy, "Destruction")
        assert succeeded, plan.diagnostics

    def heals(self, call: Call, kind: Kind) -> None:
        """One command is enough after what AWS may answer; after a kill or a lost answer it may ask for `--repair`."""
        again = self.destroy if call is Call.DELETE else self.up
        stopped = refusal(again)
        if stopped is None:
            return
        assert kind not in ANSWERS - {Kind.ANSWER_LOST}, stopped.message
        assert stopped.code == ExitCode.REFUSED, stopped.message
        assert "--repair" in stopped.hint, (stopped.message, stopped.hint)
        again(mend=True)

    def in_state(self) -> Counter[tuple[str, str]]:
        """Type and id of whatever Pulumi remembers of AWS, each as often as it does."""
        return Counter((one["type"], one["id"]) for one in self._remembered() if one["type"].startswith("aws:"))

    def in_cloud(self) -> Counter[tuple[str, str]]:
        return Counter((row.type, row.id) for row in self.cloud.all())

    def names(self) -> list[str]:
        """Logical names in the state, by type."""
        return sorted(f"{one['type']}::{one['urn'].rpartition('::')[2]}" for one in self._remembered())

    def _remembered(self) -> list[dict[str, Any]]:
        deployment = state_file.read(self.stack())
        return [
            one
            for one in deployment.get("resources") or []
            if one["custom"] and not one["type"].startswith("pulumi:providers:")
        ]

    def pending(self) -> list[Any]:
        return state_file.read(self.stack()).get("pending_operations") or []


def kept_revisions(counted: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """Without older revisions of a task definition."""
    return Counter({key: (1 if key[0] == REVISIONS else count) for key, count in counted.items()})


def refusal(command: Callable[[], None]) -> CommandStopped | None:
    """How a command stops for a person; None where it does its work."""
    try:
        command()
    except CommandStopped as stopped:
        return stopped
    return None
