"""What a plan for production may not do, and that nothing has happened when it is refused."""

import functools
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi import automation

from infra import safekeeping, traffic
from offline.engine import Engine
from tests.engine.conftest import changes
from tests.engine.whole import Whole, everything, refusal, whole

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.fixture(scope="module")
def production(tmp_path_factory, engine: Engine) -> Whole:
    """Up, once for all tests of this file: each of them leaves it as it was."""
    made = whole(tmp_path_factory.mktemp("refusals") / "production", "production", engine)
    made.stack().up()
    return made


def test_production_that_is_up_has_nothing_to_do_and_waits_for_a_person_before_traffic_moves(production: Whole):
    stack = production.stack()
    assert changes(stack.preview()) == {}
    assert changes(stack.preview(refresh=True)) == {}
    service = production.cloud.one("ecs/service:Service", "service").outputs
    hooks = service["deploymentConfiguration"]["lifecycleHooks"]
    [approval] = [one for one in hooks if one["targetType"] == "PAUSE"]
    assert approval["lifecycleStages"] == ["PRE_PRODUCTION_TRAFFIC_SHIFT"]
    assert approval["timeoutConfiguration"] == {"timeoutInMinutes": "1440", "action": "ROLLBACK"}
    assert service["deploymentConfiguration"]["bakeTimeInMinutes"] == "60"


ELSEWHERE = "  mockforge-cloud:database: { kind: external, external_url_secret: elsewhere }\n"
EDITS = {  # what somebody edits -> what must not be lost; the engine names those that it meets first
    "another range of addresses": (
        ("  mockforge-cloud:address:", "  mockforge-cloud:network: { cidr: 10.40.0.0/16 }\n  mockforge-cloud:address:"),
        ("network-vpc",),
    ),
    "two zones instead of three": (
        ("  mockforge-cloud:address:", "  mockforge-cloud:network: { zones: [a, b] }\n  mockforge-cloud:address:"),
        ("network-routes-private-c", "network-routes-isolated-c"),
    ),
    "a database elsewhere": (
        ("  mockforge-cloud:address:", f"{ELSEWHERE}  mockforge-cloud:address:"),
        ("database", "database-key", "database-url", "database-url-version"),
    ),
    "another second region": (
        ("    recovery_region: us-west-2", "    recovery_region: us-east-2"),
        (
            "backups-recovery-vault",
            "backups-recovery-vault-key",
            "backups-recovery-vault-key-alias",
            "backups-recovery-vault-lock",
        ),
    ),
    "another region": (("    recovery_region: us-west-2", "    region: us-east-2"), ("network-vpc",)),
    "no lock on the backups": (
        (
            "  mockforge-cloud:address:",
            "  mockforge-cloud:backups: { vault_locked: false }\n  mockforge-cloud:address:",
        ),
        ("backups-vault-lock", "backups-recovery-vault-lock"),
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_that_would_lose_what_is_protected_is_refused_by_the_preview(production: Whole, edit: str):
    change, losses = EDITS[edit]
    before = everything(production.cloud)
    with production.saying(change):
        said = refusal(production.stack())
    assert any(refused(said, one) for one in losses), said
    assert everything(production.cloud) == before


RENAMED = {  # component that a refactoring renames without an alias -> what would be deleted and made anew
    "LoadBalancer": ("web-alb", "web-https", "web-http", "web-no-metrics"),
    "BlueGreenTargetGroups": ("colours-blue", "colours-green", "colours-test", "colours-production"),
    "BackupPlan": ("backups-vault-lock", "backups-recovery-vault-lock"),
}


# What AWS gives only once would be refused for that reason, before the engine comes to what is deleted.
ONCE: dict[str, list[tuple[str, str, str, object]]] = {  # component -> type, logical name, property, another value
    "LoadBalancer": [],
    "BlueGreenTargetGroups": [
        ("aws:lb/listenerRule:ListenerRule", "colours2-test", "priority", 101),
        ("aws:lb/listenerRule:ListenerRule", "colours2-production", "priority", 201),
    ],
    "BackupPlan": [
        ("aws:backup/vault:Vault", "backups2-vault", "name", "mockforge-other"),
        ("aws:backup/vault:Vault", "backups2-recovery-vault", "name", "mockforge-other"),
        ("aws:backup/restoreTestingPlan:RestoreTestingPlan", "backups2-restore-test", "name", "mockforge_other"),
        ("aws:kms/alias:Alias", "backups2-vault-key-alias", "name", "alias/other"),
        ("aws:kms/alias:Alias", "backups2-recovery-vault-key-alias", "name", "alias/other"),
    ],
}


@pytest.mark.parametrize("component", RENAMED)
def test_a_renamed_component_would_lose_what_it_has_so_the_preview_refuses(
    production: Whole, component: str, monkeypatch: pytest.MonkeyPatch
):
    chapter = next(one for one in (traffic, safekeeping) if hasattr(one, component))
    original = getattr(chapter, component)

    @functools.wraps(original, updated=())
    def renamed(name: str, *arguments: Any) -> Any:
        return original(f"{name}2", *arguments)

    monkeypatch.setattr(chapter, component, renamed)
    before = everything(production.cloud)
    program = production.program
    for change in ONCE[component]:
        program = with_change(program, *change)
    said = refusal(production.stack(program))
    assert any(refused(said, one) for one in RENAMED[component]), said
    assert everything(production.cloud) == before


REPLACED = [  # type, logical name, property that forces a replacement, its new value
    ("aws:lb/listenerRule:ListenerRule", "colours-production", "listener_arn", "arn:aws:elasticloadbalancing:other"),
    ("aws:lb/listener:Listener", "web-https", "load_balancer_arn", "arn:aws:elasticloadbalancing:other"),
    ("aws:lb/targetGroup:TargetGroup", "colours-green", "port", 81),
    ("aws:lb/loadBalancer:LoadBalancer", "web-alb", "internal", True),
    ("aws:ecs/service:Service", "service", "launch_type", "EC2"),
    ("aws:rds/instance:Instance", "database", "username", "other"),
    ("aws:s3/bucket:Bucket", "storage-objects", "bucket", "mockforge-other"),
    ("aws:backup/vault:Vault", "backups-vault", "name", "mockforge-other"),
    ("aws:kms/key:Key", "database-key", "customer_master_key_spec", "RSA_2048"),
    ("aws:secretsmanager/secret:Secret", "secrets-jwt", "name", "mockforge-cloud/other"),
]


@pytest.mark.parametrize(("type_", "name", "property_", "value"), REPLACED, ids=[row[1] for row in REPLACED])
def test_a_change_that_would_replace_what_is_protected_is_refused_by_the_preview(
    production: Whole, type_: str, name: str, property_: str, value: object
):
    before = everything(production.cloud)
    said = refusal(production.stack(with_change(production.program, type_, name, property_, value)))
    assert refused(said, name)
    assert everything(production.cloud) == before


def with_change(
    program: Callable[[], None], type_: str, name: str, property_: str, value: object
) -> Callable[[], None]:
    """The same program with another value for one input of one resource."""

    def change(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if (args.type_, args.name) != (type_, name):
            return None
        return pulumi.ResourceTransformationResult({**args.props, property_: value}, args.opts)

    def changed() -> None:
        pulumi.runtime.register_stack_transformation(change)
        program()

    return changed


def refused(said: str, name: str) -> bool:
    """Whether the engine's refusal is about this resource."""
    refusals = [line for line in said.splitlines() if "unable to replace" in line or "cannot be deleted" in line]
    return any(f'::{name}"' in line for line in refusals)


def test_neither_destroy_nor_one_that_skips_its_preview_deletes_anything(production: Whole):
    before = everything(production.cloud)
    stack = production.stack()
    with pytest.raises(automation.CommandError, match="cannot be deleted"):
        stack.preview_destroy()
    with pytest.raises(automation.CommandError, match="operations-parameter"):
        stack.destroy()  # the Automation API skips the preview, as `pulumi destroy --yes --skip-preview` does
    assert everything(production.cloud) == before
    assert changes(stack.preview()) == {}
