"""What the month costs so far, from the environment's own budget."""

from collections.abc import Iterator

from operations.aws.errors import code_of
from operations.reports.finding import Finding, judged, not_enabled, unknown
from operations.reports.reading import Reading

HOME_REGION = "us-east-1"  # AWS Budgets answers there


def cost(reading: Reading) -> Iterator[Finding]:
    """Spent and forecast against the limit. A tag that counts nothing yet is unknown, not free of charge."""
    manifest = reading.session.manifest
    name = f"{reading.prefix}-monthly-cost"
    try:
        answer = reading.client("budgets", region=HOME_REGION).describe_budget(
            AccountId=manifest.account_id, BudgetName=name
        )
    except Exception as error:
        if code_of(error) != "NotFoundException":
            raise
        yield not_enabled(f"the budget {name}")
        return
    budget = answer["Budget"]
    limit = float(budget["BudgetLimit"]["Amount"])
    spent = float(budget.get("CalculatedSpend", {}).get("ActualSpend", {}).get("Amount", 0))
    forecast = budget.get("CalculatedSpend", {}).get("ForecastedSpend", {}).get("Amount")
    if spent == 0:
        yield unknown("the budget counts nothing: is the tag Environment activated as a cost allocation tag?")
        return
    expected = f"{float(forecast):,.0f} USD expected" if forecast is not None else "no forecast yet"
    yield judged(
        f"{spent:,.0f} USD this month, {expected}, of {limit:,.0f} USD",
        bad=max(spent, float(forecast or 0)) > limit,
    )
