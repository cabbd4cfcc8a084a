"""A project of its own for each test, with the real engine over the offline AWS."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from pulumi import automation

from offline.engine import Engine
from offline.provider.store import Store
from offline.workspace import home_of, open_stack, store_path


@dataclass(frozen=True)
class Project:
    """`open` gives the stack `dev` over a program; `cloud` is the offline AWS behind it."""

    root: Path
    engine: Engine

    @property
    def home(self) -> Path:
        return home_of(self.root, "dev")

    @property
    def cloud(self) -> Store:
        return Store(store_path(self.home))

    @property
    def state(self) -> str:
        return "".join(path.read_text() for path in (self.home / "state").rglob("*.json"))

    def open(self, program: Callable[[], None]) -> automation.Stack:
        return open_stack(project_root=self.root, environment="dev", program=program, engine=self.engine)


@pytest.fixture
def project(tmp_path: Path, engine: Engine) -> Project:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    return Project(root=tmp_path, engine=engine)


def changes(result: automation.PreviewResult | automation.UpResult) -> dict[str, int]:
    """What a preview or an update would do or did, without what stays the same."""
    found = result.change_summary if isinstance(result, automation.PreviewResult) else result.summary.resource_changes
    return {str(getattr(kind, "value", kind)): count for kind, count in (found or {}).items() if kind != "same"}
