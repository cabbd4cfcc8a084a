"""Offline too, `up` starts no deployment over a running one and brings no withdrawn image back."""

import json
from datetime import UTC, datetime

import pytest

from offline.deployments import deployments, finish, set_parameter, start
from offline.engine import Engine
from tests.engine.whole import Whole, whole

pytestmark = [pytest.mark.engine, pytest.mark.slow]

SERVICE = "mockforge-staging"
DIGEST = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
OTHER_DIGEST = "7a" * 32


def running_image(staging: Whole) -> str:
    service = staging.cloud.one("ecs/service:Service", "service").outputs
    [revision] = [row for row in staging.cloud.all("TaskDefinition") if row.outputs["arn"] == service["taskDefinition"]]
    return json.loads(revision.outputs["containerDefinitions"])[0]["image"].rpartition(":")[2]


def test_up_waits_for_the_running_deployment_and_for_a_repaired_image(tmp_path, engine: Engine):
    staging = whole(tmp_path / "staging", "staging", engine, code=True)

    def up() -> tuple[int, str]:
        answer = staging.mfcloud("up", "staging", "--offline", "--yes")
        assert "Traceback" not in answer.stdout + answer.stderr
        return answer.returncode, answer.stderr

    assert up()[0] == 0
    start(staging.cloud, SERVICE, at=datetime(2026, 11, 24, 10, 5, tzinfo=UTC))
    assert up()[0] == 0  # the same image: there is nothing to deploy

    with staging.saying((DIGEST, OTHER_DIGEST)):
        code, said = up()
        assert code == 1
        assert "a deployment of mockforge-staging or its bake has been running since 2026-11-24 10:05 UTC" in said
        assert "./mfcloud rollback staging" in said
        assert running_image(staging) == DIGEST

        finish(staging.cloud, SERVICE, unfinished={"IN_PROGRESS"})
        # the one that made the service, and the one that was left running
        assert [one.status for one in deployments(staging.cloud, SERVICE)] == ["SUCCESSFUL", "SUCCESSFUL"]
        withdrawn = {"image": f"sha256:{OTHER_DIGEST}", "at": "2026-11-24T11:00:00Z", "reason": "errors above 1 %"}
        set_parameter(staging.cloud, "/mockforge-cloud/staging/withdrawn", json.dumps([withdrawn]))
        code, said = up()
        assert code == 1
        assert f"sha256:{OTHER_DIGEST} was withdrawn from staging by a rollback at 2026-11-24 11:00 UTC" in said
        assert running_image(staging) == DIGEST

        set_parameter(staging.cloud, "/mockforge-cloud/staging/withdrawn", "nonsense")
        code, said = up()
        assert code == 1
        assert "SSM parameter /mockforge-cloud/staging/withdrawn is not a list of withdrawn images" in said

        set_parameter(staging.cloud, "/mockforge-cloud/staging/withdrawn", "[]")
        assert up()[0] == 0
        assert running_image(staging) == OTHER_DIGEST
        assert len(deployments(staging.cloud, SERVICE)) == 3  # the update has begun one
