"""The stack file that `recover system` makes, through the real engine."""

from pathlib import Path

import pytest
import yaml

from offline.engine import Engine
from operations.recovery import second_region
from tests.engine.whole import PROJECT, Whole, planned


@pytest.mark.engine
@pytest.mark.slow  # `tests/operations` reads the file without an engine
def test_production_is_planned_in_its_second_region_as_a_whole_and_without_a_word_of_warning(
    tmp_path: Path, engine: Engine
):
    lost = yaml.safe_load((PROJECT / "Pulumi.production.yaml").read_text())
    (tmp_path / "Pulumi.yaml").write_text((PROJECT / "Pulumi.yaml").read_text())
    text = second_region.text(lost, lost_name="production", region="us-west-2")
    (tmp_path / "Pulumi.production-dr.yaml").write_text(text)
    plan = planned(Whole(tmp_path, "production-dr", engine).stack())
    assert {str(step.action) for step in plan.steps} == {"create"}
    assert plan.diagnostics == ()
    assert plan.outputs["url"] == "https://cloud-recovery.mockforge.dev"
