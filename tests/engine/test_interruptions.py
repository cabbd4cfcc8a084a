"""An `up` that was interrupted is finished by the next one, and nothing stands twice."""

import os
import signal
import subprocess
import time

import pytest

from offline.engine import Engine
from offline.provider.store import Store
from tests.engine.conftest import changes
from tests.engine.whole import Whole, whole

pytestmark = [pytest.mark.engine, pytest.mark.slow]

PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> list[str]:
    """What a whole staging is, from an update that nobody interrupted."""
    other = whole(tmp_path_factory.mktemp("undisturbed") / "staging", "staging", engine)
    other.stack().up()
    return in_cloud(other.cloud)


@pytest.mark.parametrize("resources", [3, 60])
def test_an_up_stopped_by_ctrl_c_is_finished_by_the_next_one_and_nothing_stands_twice(
    tmp_path, engine: Engine, undisturbed: list[str], resources: int
):
    staging = whole(tmp_path / "staging", "staging", engine, code=True)
    process = subprocess.Popen(
        [*staging.words, "up", "staging", "--offline", "--yes"],
        cwd=staging.root,
        env=staging.environment_variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches a whole group of processes, here without the tests
    )
    wait_for(staging, resources, process)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, out) == (130, "")
    assert "it continues from what is there" in err
    assert resources <= len(staging.cloud.all()) < len(undisturbed)
    assert in_cloud(staging.cloud) == in_state(staging)

    again = staging.mfcloud("up", "staging", "--offline", "--yes")
    assert again.returncode == 0, again.stderr
    assert in_cloud(staging.cloud) == in_state(staging) == undisturbed
    assert changes(staging.stack().preview(refresh=True)) == {}


def wait_for(staging: Whole, resources: int, process: subprocess.Popen[str]) -> None:
    """Until so many stand in the cloud of the running update."""
    database = staging.home / "cloud.sqlite3"
    for _ in range(PATIENCE_SECONDS * 200):
        if database.exists() and len(staging.cloud.all()) >= resources:
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    raise AssertionError(f"not {resources} resources within {PATIENCE_SECONDS} s")


def in_cloud(cloud: Store) -> list[str]:
    """Logical names, each as often as it stands there."""
    return sorted(row.urn for row in cloud.all())


def in_state(staging: Whole) -> list[str]:
    """The same of Pulumi's state, without what stands in no cloud."""
    return sorted(one["urn"] for one in staging.state if not one["type"].startswith("random:"))
