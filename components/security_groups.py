"""Who may talk to whom: internet to load balancer, load balancer to task, task to database; nothing else comes in.

The weekly proof that a backup can be restored looks into the restored database, so it may reach the database, too.

Every rule is a resource of its own, so groups can name each other without a circle and a change shows as one line.
"""

from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.component import Component

HTTP_PORT, HTTPS_PORT = 80, 443
EVERYWHERE_IPV4, EVERYWHERE_IPV6 = "0.0.0.0/0", "::/0"

# AWS allows letters, digits, spaces and ._-:/()#,@[]+=&;{}!$* in these texts; changing one replaces the group.
DESCRIPTIONS = {
    "load-balancer": "The load balancer: web traffic from anywhere in, the service port out",
    "service": "Tasks: the service port from the load balancer in, HTTPS and the database out",
    "database": "The database: tasks and the restore check in, nothing out",
    "restore-check": "The check of restored databases: the database and AWS out, nothing in",
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One direction of one TCP port between a group and a peer, which is another group or an address range."""

    key: str
    direction: Literal["in", "out"]
    group: str
    port: int
    peer: str
    says: str


def rules(
    *, service_port: int, database_port: int, external_database: bool, outgoing_ports: tuple[int, ...] = ()
) -> tuple[Rule, ...]:
    """All rules. Amazon's DNS resolver needs none: security groups do not filter it (VPC guide)."""
    web = tuple(
        Rule(
            key=f"{scheme}-{family}",
            direction="in",
            group="load-balancer",
            port=port,
            peer=everywhere,
            says=says,
        )
        for scheme, port, says in (
            ("http", HTTP_PORT, "Plain HTTP, answered with a redirect to HTTPS"),
            ("https", HTTPS_PORT, "HTTPS from anywhere"),
        )
        for family, everywhere in (("ipv4", EVERYWHERE_IPV4), ("ipv6", EVERYWHERE_IPV6))
    )
    inside = (
        Rule(
            key="to-service",
            direction="out",
            group="load-balancer",
            port=service_port,
            peer="service",
            says="Requests and health checks to tasks",
        ),
        Rule(
            key="from-load-balancer",
            direction="in",
            group="service",
            port=service_port,
            peer="load-balancer",
            says="Requests and health checks from the load balancer",
        ),
        Rule(
            key="to-https",
            direction="out",
            group="service",
            port=HTTPS_PORT,
            peer=EVERYWHERE_IPV4,
            says="AWS, the image registry and the services that the application calls",
        ),
    )
    outgoing = tuple(
        Rule(
            key=f"to-port-{port}",
            direction="out",
            group="service",
            port=port,
            peer=EVERYWHERE_IPV4,
            says="A service that the application calls",
        )
        for port in sorted(set(outgoing_ports) - {HTTPS_PORT})
    )
    return (*web, *inside, *outgoing, *_database_rules(database_port, external=external_database))


def _database_rules(port: int, *, external: bool) -> tuple[Rule, ...]:
    """A database elsewhere is reached by a name whose address may change, so it is let out to anywhere."""
    out = Rule(
        key="to-database",
        direction="out",
        group="service",
        port=port,
        peer=EVERYWHERE_IPV4 if external else "database",
        says="The database",
    )
    if external:
        return (out,)
    return (
        out,
        Rule(key="from-service", direction="in", group="database", port=port, peer="service", says="Tasks"),
        Rule(
            key="from-restore-check",
            direction="in",
            group="database",
            port=port,
            peer="restore-check",
            says="The check of restored databases, which stand in this group",
        ),
        Rule(
            key="to-database",
            direction="out",
            group="restore-check",
            port=port,
            peer="database",
            says="Restored databases",
        ),
        Rule(
            key="to-https",
            direction="out",
            group="restore-check",
            port=HTTPS_PORT,
            peer=EVERYWHERE_IPV4,
            says="AWS",
        ),
    )


@dataclass(frozen=True, kw_only=True)
class SecurityGroupsArgs:
    """Network and ports."""

    vpc_id: pulumi.Input[str]
    prefix: str
    service_port: int
    database_port: int
    external_database: bool
    outgoing_ports: tuple[int, ...] = ()


class SecurityGroups(Component):
    """The groups of the environment. Outputs: one ID each; `restore_check_id` only with a database of our own.

    `rules` let pass what the groups are there for: whatever works in a group waits for them.
    """

    load_balancer_id: pulumi.Output[str]
    service_id: pulumi.Output[str]
    database_id: pulumi.Output[str]
    restore_check_id: pulumi.Output[str] | None
    rules: list[pulumi.Resource]

    def __init__(self, name: str, args: SecurityGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)

        groups = {
            group: aws.ec2.SecurityGroup(
                f"{name}-{group}",
                vpc_id=args.vpc_id,
                description=description,
                tags={"Name": f"{args.prefix}-{group}"},
                opts=self.child(),
            ).id
            for group, description in DESCRIPTIONS.items()
            if not (group == "restore-check" and args.external_database)
        }
        self.rules = [
            self._rule(f"{name}-{rule.group}-{rule.key}", rule, groups)
            for rule in rules(
                service_port=args.service_port,
                database_port=args.database_port,
                external_database=args.external_database,
                outgoing_ports=args.outgoing_ports,
            )
        ]
        # AWS opens every network's own group to its members; nothing of ours is in it, and nothing shall work in it.
        aws.ec2.DefaultSecurityGroup(f"{name}-default", vpc_id=args.vpc_id, opts=self.child())

        self.load_balancer_id, self.service_id = groups["load-balancer"], groups["service"]
        self.database_id, self.restore_check_id = groups["database"], groups.get("restore-check")
        self.register_outputs(
            {
                "load_balancer_id": self.load_balancer_id,
                "service_id": self.service_id,
                "database_id": self.database_id,
            }
        )

    def _rule(self, name: str, rule: Rule, groups: dict[str, pulumi.Output[str]]) -> pulumi.Resource:
        direction = aws.vpc.SecurityGroupIngressRule if rule.direction == "in" else aws.vpc.SecurityGroupEgressRule
        return direction(
            name,
            security_group_id=groups[rule.group],
            description=rule.says,
            ip_protocol="tcp",
            from_port=rule.port,
            to_port=rule.port,
            cidr_ipv4=rule.peer if rule.peer == EVERYWHERE_IPV4 else None,
            cidr_ipv6=rule.peer if rule.peer == EVERYWHERE_IPV6 else None,
            referenced_security_group_id=groups.get(rule.peer),
            opts=self.child(),
        )
