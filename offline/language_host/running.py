"""Runs one program; a script of its own because the project's interpreter starts it, not the host's.

The request of the engine comes on stdin as it was received, the engine's address as the only argument. Exit codes:
0 done, 32 failed and the engine was told why.
"""

import asyncio
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pulumi
from pulumi.runtime import run_in_stack, set_all_config
from pulumi.runtime.proto import language_pb2
from pulumi.runtime.settings import reset_options

SAID = 32
THREADS_PER_OPERATION = 4  # calls of the SDK that wait for the engine, beside those that it lets run at once


def main() -> int:
    """Run the program that stdin describes; its exit code."""
    engine_address = sys.argv[1]
    request = language_pb2.RunRequest.FromString(sys.stdin.buffer.read())
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)  # a program that asks something must not wait for ever
    program = Path(request.info.program_directory, request.info.entry_point)
    start = program / "__main__.py" if program.is_dir() else program
    if not start.exists():
        sys.stderr.write(f"there is no Python program {start}\n")
        return 1
    # As if the program had been started by itself: this script's folder is of no concern to it.
    sys.path[0] = str(start.parent)
    sys.argv = [str(start), *request.args]
    os.chdir(request.pwd or request.info.program_directory)
    reset_options(
        project=request.project,
        stack=request.stack,
        root_directory=request.info.root_directory,
        parallel=request.parallel,
        engine_address=engine_address,
        monitor_address=request.monitor_address,
        preview=request.dryRun,
        organization=request.organization or "organization",
    )
    set_all_config(dict(request.config), list(request.configSecretKeys))
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # a program that stops leaves futures; that is no news
    return _run(start, threads=max(request.parallel, 1) * THREADS_PER_OPERATION)


def _run(start: Path, *, threads: int) -> int:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    executor = ThreadPoolExecutor(max_workers=threads)
    loop.set_default_executor(executor)
    try:
        loop.run_until_complete(run_in_stack(lambda: _start(start)))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return 1  # as Pulumi's own host does
    except grpc.RpcError as error:
        if error.code() == grpc.StatusCode.UNAVAILABLE:  # pyright: ignore[reportAttributeAccessIssue]
            return 1  # the engine has gone, and nobody is left to be told
        pulumi.log.error(f"the engine did not answer: {error}")
        return SAID
    except Exception:  # noqa: BLE001 (whatever the program raised is told)
        pulumi.log.error(f"the program failed\n{traceback.format_exc()}")
        return SAID
    finally:
        executor.shutdown(wait=True)
        loop.close()
    return 0


def _start(start: Path) -> None:
    runpy.run_path(str(start), run_name="__main__")


if __name__ == "__main__":
    sys.exit(main())
