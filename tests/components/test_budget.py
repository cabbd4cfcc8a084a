from collections.abc import Callable
from typing import Any

import pytest

from components.budget import Budget, BudgetArgs
from runbook import settings
from tests.harness import Program

Run = Callable[..., Program]


def budget(name: str = "budget", **changes: Any):
    args: dict[str, Any] = {
        "budget": settings.Budget(monthly_usd=400),
        "prefix": "mockforge-staging",
        "emails": ["ops@example.com"],
        "tag_key": "Environment",
        "tag_value": "staging",
    }
    return lambda: Budget(name, BudgetArgs(**{**args, **changes}))


@pytest.mark.parametrize("preview", [True, False])
def test_a_month_has_the_limit_of_the_settings_in_dollars(registered: Run, preview: bool):
    made = registered(budget(), preview=preview).one("budgets/budget:Budget")
    assert [made[key] for key in ("budgetType", "timeUnit", "limitAmount", "limitUnit")] == [
        "COST",
        "MONTHLY",
        "400",
        "USD",
    ]


def test_only_costs_of_this_environment_count(registered: Run):
    made = registered(budget()).one("budgets/budget:Budget")
    assert made["costFilters"] == [{"name": "TagKeyValue", "values": ["user:Environment$staging"]}]


def test_a_forecast_of_80_percent_and_a_bill_of_100_percent_are_mailed(registered: Run):
    emails = ["ops@example.com", "second@example.com"]
    told = registered(budget(emails=emails)).one("budgets/budget:Budget")["notifications"]
    assert [(one["notificationType"], one["threshold"]) for one in told] == [("FORECASTED", 80), ("ACTUAL", 100)]
    for one in told:
        assert (one["comparisonOperator"], one["thresholdType"]) == ("GREATER_THAN", "PERCENTAGE")
        assert one["subscriberEmailAddresses"] == emails


def test_two_environments_stand_side_by_side(registered: Run):
    program = registered(lambda: (budget("one", prefix="mockforge-one")(), budget("two", prefix="mockforge-two")()))
    names = {one["name"] for one in program.all("budgets/budget:Budget")}
    assert names == {"mockforge-one-monthly-cost", "mockforge-two-monthly-cost"}
