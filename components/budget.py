"""A warning before the bill: what one environment costs in a month, by its cost tag.

The tag counts only once it is activated as a cost allocation tag in the billing console of the paying account, and from
then on; before that the budget sees nothing and stays silent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.component import Component
from runbook import settings

# Told once on the way, while something can still be done, and once when it has happened.
FORECAST_PERCENT = 80
ACTUAL_PERCENT = 100


@dataclass(frozen=True, kw_only=True)
class BudgetArgs:
    """Our section of the stack file, who is told, and how the environment's costs are recognised."""

    budget: settings.Budget
    prefix: str
    """Start of the budget's name: `mockforge-<environment>`."""
    emails: Sequence[str]
    """1 to 10 (AWS Budgets). Mailed directly: no topic, no confirmation."""
    tag_key: str
    """A tag that every resource of the environment carries (the provider's default tags)."""
    tag_value: str


class Budget(Component):
    """Outputs: `budget_name`."""

    budget_name: pulumi.Output[str]

    def __init__(self, name: str, args: BudgetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)

        budget = aws.budgets.Budget(
            name,
            name=f"{args.prefix}-monthly-cost",
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(args.budget.monthly_usd),
            limit_unit="USD",
            cost_filters=[{"name": "TagKeyValue", "values": [f"user:{args.tag_key}${args.tag_value}"]}],
            notifications=[
                _notification("FORECASTED", FORECAST_PERCENT, args.emails),
                _notification("ACTUAL", ACTUAL_PERCENT, args.emails),
            ],
            opts=self.child(),
        )

        self.budget_name = budget.name
        self.register_outputs({"budget_name": self.budget_name})


def _notification(kind: str, percent: float, emails: Sequence[str]) -> aws.budgets.BudgetNotificationArgs:
    return aws.budgets.BudgetNotificationArgs(
        notification_type=kind,
        comparison_operator="GREATER_THAN",
        threshold=percent,
        threshold_type="PERCENTAGE",
        subscriber_email_addresses=list(emails),
    )
