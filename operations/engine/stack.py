"""Opens an environment's stack for the engine: offline over the stand-in AWS, or the real one with one's own login."""

import contextlib
import gc
import importlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.errors import CommandStopped, engine_words
from operations.project import PROJECT_NAME, PROJECT_ROOT, load_environment, refuse_passphrase

if TYPE_CHECKING:
    from pulumi.automation import PulumiCommand, Stack

    from offline.engine import Engine
    from runbook.settings import Environment


@dataclass(frozen=True, kw_only=True)
class OpenStack:
    """A stack that is ready to be previewed or updated."""

    environment: "Environment"
    engine: "Engine"
    stack: "Stack"
    offline: bool


def open_stack(name: str, *, offline: bool, report: Callable[[str], None]) -> OpenStack:
    """Check the settings first, then find the engine, then open the stack; `report` gets a line for each longer wait.

    Stops the command for bad settings, a passphrase on AWS, a missing stack or (see `EngineUnavailable`) engine.
    """
    environment = checked_environment(name, offline=offline)
    importlib.import_module("pulumi.automation")  # in this thread, before the other one imports what builds on it

    # While the engine starts, a thread reads the program: pulumi_aws alone takes a second. Nobody joins it: what the
    # engine calls imports the same module, and so waits for it.
    threading.Thread(target=_read_program, name="read the program", daemon=True).start()

    from offline import engine as engines

    engine = engines.find(report)
    stack = _offline_stack(environment, engine) if offline else _real_stack(name, engine)
    return OpenStack(environment=environment, engine=engine, stack=stack, offline=offline)


def checked_environment(name: str, *, offline: bool) -> "Environment":
    """The settings; what forbids work on this environment stops the command here, before the engine is looked for."""
    # pulumi_aws makes a million objects that stay: looking for garbage among them takes a third of the time, and the
    # process ends with the command anyway.
    gc.disable()
    environment = load_environment(name)
    if not offline:
        refuse_passphrase(name)
    return environment


def program() -> None:
    """What the engine runs; imported only then."""
    from infra.environment import program as environment_program

    environment_program()


def offline_program(environment: "Environment") -> Callable[[], None]:
    """The same program, told of deployments by the offline cloud: it could not ask AWS."""

    def run() -> None:
        from infra.environment import program as environment_program
        from offline.workspace import home_of, store_path
        from operations.engine.offline_registry import OfflineDeployments

        cloud = store_path(home_of(PROJECT_ROOT, environment.name))
        environment_program(OfflineDeployments(cloud=cloud, environment=environment))

    return run


def _read_program() -> None:
    with contextlib.suppress(Exception):  # told when the engine runs the program, with its place
        importlib.import_module("infra.environment")


def _offline_stack(environment: "Environment", engine: "Engine") -> "Stack":
    from offline.workspace import open_stack as open_offline_stack
    from operations.engine.quiet import without_debug_lines

    return open_offline_stack(
        project_root=PROJECT_ROOT,
        environment=environment.name,
        program=without_debug_lines(offline_program(environment)),
        engine=engine,
    )


def _real_stack(name: str, engine: "Engine") -> "Stack":
    from pulumi import automation

    from operations.engine.quiet import without_debug_lines

    options = automation.LocalWorkspaceOptions(
        work_dir=str(PROJECT_ROOT), pulumi_command=_command(engine), env_vars={"PULUMI_SKIP_UPDATE_CHECK": "true"}
    )
    try:
        return automation.select_stack(
            name, project_name=PROJECT_NAME, program=without_debug_lines(program), opts=options
        )
    except automation.StackNotFoundError as error:
        raise CommandStopped(
            f"the backend that Pulumi is logged in to has no stack `{name}`",
            hint=f'pulumi stack init {name} --secrets-provider "awskms://alias/<your key>?region=<its region>"; '
            "without an AWS account, add --offline",
        ) from error
    except automation.CommandError as error:
        raise CommandStopped(
            f"Pulumi's backend cannot be used\n{engine_words(str(error))}",
            hint="`pulumi login` with your state bucket; without an AWS account, add --offline",
        ) from error


def _command(engine: "Engine") -> "PulumiCommand":
    """The engine that was found, wherever it is; the Automation API would look on PATH and ask for its version."""
    from pulumi.automation import PulumiCommand
    from semver import VersionInfo

    command = PulumiCommand.__new__(PulumiCommand)
    command.command, command.version = str(engine.path), VersionInfo(*engine.version)
    return command
