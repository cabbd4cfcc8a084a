"""As a person meets it: staging is killed whole, `mfcloud` says what was left behind, and `--repair` goes on."""

import subprocess
import sys
from collections import Counter
from textwrap import dedent

import pytest

from offline.engine import Engine
from tests.engine.whole import Whole, whole

pytestmark = [pytest.mark.engine, pytest.mark.slow]

AFTER_CREATES = 40
KILLED = dedent("""\
    import os
    from pathlib import Path
    from offline.provider.faults import Fault, Kind, arm
    from operations.application import main

    os.setsid()
    fault = Fault(kind=Kind.GROUP_KILLED_AFTER, nth=int(os.environ["AFTER_CREATES"]), group=os.getpid())
    with arm(Path(".offline/staging"), fault):
        main(["up", "staging", "--offline", "--yes"])
    """)


def kill_in_the_middle(staging: Whole) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED],
        cwd=staging.root,
        env=staging.environment_variables() | {"AFTER_CREATES": str(AFTER_CREATES)},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == -9, done.stderr


def test_staging_killed_whole_is_refused_by_every_command_and_finished_by_one_repair(tmp_path, engine: Engine):
    staging = whole(tmp_path / "staging", "staging", engine, code=True)
    kill_in_the_middle(staging)

    for words in (("up",), ("destroy",), ("refresh",)):
        refused = staging.mfcloud(*words, "staging", "--offline", "--yes")
        assert (refused.returncode, refused.stdout) == (3, "")
        assert "an earlier run on staging was interrupted in the middle of its work; nothing was changed now" in (
            refused.stderr
        )
        assert f"hint: `mfcloud {words[0]} staging --offline --repair`" in refused.stderr
        assert "its creation was interrupted; it stands as " in refused.stderr
        assert "Traceback" not in refused.stderr

    before = Counter(row.urn for row in staging.cloud.all())
    repaired = staging.mfcloud("up", "staging", "--offline", "--yes", "--repair")
    assert repaired.returncode == 0, repaired.stderr
    assert "taken into the state" in repaired.stderr
    after = Counter(row.urn for row in staging.cloud.all())
    assert before <= after
    assert [urn for urn, count in after.items() if count > 1] == []
    assert sorted(after) == sorted(one["urn"] for one in staging.state if not one["type"].startswith("random:"))

    unchanged = staging.mfcloud("preview", "staging", "--offline", "--refresh", "--expect-no-changes")
    assert unchanged.returncode == 0, unchanged.stdout


@pytest.mark.parametrize("command", ["up", "destroy", "refresh", "preview"])
def test_a_store_that_cannot_be_read_is_refused_with_a_way_out_and_left_as_it_is(
    tmp_path, engine: Engine, command: str
):
    staging = whole(tmp_path / "staging", "staging", engine, code=True)
    store = staging.home / "cloud.sqlite3"
    store.parent.mkdir(parents=True)
    store.write_text("this is not a database, and it is long enough to be looked at " * 20)
    answer = staging.mfcloud(command, "staging", "--offline", *(() if command == "preview" else ("--yes",)))
    said = answer.stdout + answer.stderr
    assert answer.returncode == 1, said
    assert f"cloud {store} cannot be read" in said
    assert f"delete the folder {store.parent} to start afresh" in said
    assert "Traceback" not in said
    assert store.read_text().startswith("this is not")
