"""The account in which the reports are read."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.operations.aws_world import AwsWorld
    from tests.operations.reports.report_world import ReportWorld


@pytest.fixture
def world(aws: "AwsWorld") -> "ReportWorld":
    from tests.operations.reports.report_world import ReportWorld

    return ReportWorld(aws)
