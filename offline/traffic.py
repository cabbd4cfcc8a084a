"""Which target group the listener rules of an ECS service lead to, as ECS moves it."""

from typing import Any, Final

from offline.provider.store import Row, Store
from offline.reading import listed, mapping

RULE: Final = "lb/listenerRule:ListenerRule"


def groups(service: Row) -> tuple[str, str]:
    """ARNs of the service's target group and of the alternate one; empty where it has no load balancer."""
    balancers = listed(service.outputs.get("loadBalancers"))
    if not balancers:
        return "", ""
    advanced = mapping(balancers[0].get("advancedConfiguration"))
    return str(balancers[0].get("targetGroupArn")), str(advanced.get("alternateTargetGroupArn"))


def point(cloud: Store, service: Row, *, production: int, test: int) -> None:
    """Let the rules lead to the group of that number (0: the service's, 1: the alternate). Inside a transaction."""
    balancers = listed(service.outputs.get("loadBalancers"))
    advanced = mapping(balancers[0].get("advancedConfiguration")) if balancers else {}
    for name, number in (("productionListenerRule", production), ("testListenerRule", test)):
        rule = next((one for one in cloud.all(RULE) if one.outputs.get("arn") == advanced.get(name)), None)
        if rule is not None:
            _lead(cloud, rule, groups(service)[number])


def _lead(cloud: Store, rule: Row, to: str) -> None:
    def move(properties: dict[str, Any]) -> None:
        for action in listed(properties.get("actions")):
            for group in listed(mapping(action.get("forward")).get("targetGroups")):
                group["weight"] = 100 if group["arn"] == to else 0

    cloud.change_within(RULE, rule.urn.rsplit("::", 1)[-1], move)
