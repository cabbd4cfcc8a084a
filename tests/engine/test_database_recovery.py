"""The lines that `recover database` writes out in the end, run by a shell with the real engine."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from offline.engine import Engine
from offline.no_cloud import without_aws
from offline.provider.store import Store
from operations.recovery.adoption import database_urn, lines
from tests.engine.conftest import changes
from tests.engine.whole import Whole, changed, planned, whole

INSTANCE = "rds/instance:Instance"
RESTORED = f"db-{'R' * 26}"


def recovered(cloud: Store) -> str:
    """Play RDS: another instance has the name, the one of before another one. Returns the id of the one of before."""
    before = cloud.one(INSTANCE, "database")
    aside = {"identifier": "mockforge-staging-before-20261124-024000"}
    with_ids = {"id": RESTORED, "resourceId": RESTORED}
    tags = {**before.outputs["tagsAll"], "mockforge-cloud:recovers": "mockforge-staging"}
    cloud.replace(
        replace(before, urn=f"{before.urn}-before", inputs=before.inputs | aside, outputs=before.outputs | aside)
    )
    cloud.create(
        replace(before, key=RESTORED, id=RESTORED, outputs=before.outputs | with_ids | {"tags": tags, "tagsAll": tags})
    )
    return before.id


def run(line: str, home: Path, engine: Engine) -> None:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_"))}
    environment = kept | {
        "PATH": f"{engine.path.parent}:{kept['PATH']}",
        "PULUMI_BACKEND_URL": (home / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "offline",
        "PULUMI_HOME": str(home / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    with without_aws():
        done = subprocess.run(
            ["sh", "-c", line], cwd=home, env=environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"


@pytest.mark.engine
@pytest.mark.slow
def test_after_the_written_out_lines_the_program_replaces_nothing_and_knows_the_restored_instance(
    tmp_path: Path, engine: Engine
):
    staging: Whole = whole(tmp_path / "staging", "staging", engine)
    stack = staging.stack()
    stack.up()
    before = recovered(staging.cloud)

    written = lines("staging", before=before, after=RESTORED)
    assert [line for line in written if line.startswith("./mfcloud")] == written[-2:]
    for line in written[:-2]:
        run(line, staging.home, engine)
    [state] = [one for one in staging.state if one["urn"] == database_urn("staging")]
    assert (state["id"], state["outputs"]["resourceId"]) == (RESTORED, RESTORED)

    assert list(changed(planned(staging.stack()))) == [
        ("update", "alarms-database-disk", ("metricQueries",)),  # Performance Insights knows the resource id only
        ("update", "dashboard-health", ("dashboardBody",)),
        ("update", "database", ("tagsAll",)),
    ]
    assert set(changes(staging.stack().up())) == {"update"}
    assert changes(staging.stack().preview(refresh=True)) == {}
