"""The recording mocks: what a test asks of them, and what they refuse by themselves."""

import time

import pulumi
import pulumi_aws as aws
import pytest

from tests.harness import UNKNOWN


class Site(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mockforge:cloud:Site", name, None, opts)
        vpc = aws.ec2.Vpc(f"{name}-vpc", cidr_block="10.0.0.0/16", opts=pulumi.ResourceOptions(parent=self))
        self.group = aws.lb.TargetGroup(
            f"{name}-blue",
            port=8080,
            vpc_id=vpc.id,
            opts=pulumi.ResourceOptions(parent=self, protect=True, ignore_changes=["port"]),
        )
        self.version = aws.secretsmanager.SecretVersion(
            f"{name}-version",
            secret_id="s",
            secret_string=pulumi.Output.secret("hunter2"),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.group]),
        )
        self.register_outputs({"group": self.group.arn})


def two_sites() -> None:
    provider = aws.Provider("west", region="eu-west-1", default_tags={"tags": {"project": "shop"}})
    first = Site("one", pulumi.ResourceOptions(providers=[provider]))
    Site("two")
    pulumi.export("group", first.group.arn)
    pulumi.export("token", pulumi.Output.secret("hunter2"))


def test_an_update_knows_arns_and_finds_resources_by_them(registered):
    program = registered(two_sites)
    group = program.one("TargetGroup", "one-blue")
    assert group["vpcId"] == program.one("Vpc", "one-vpc").outputs["id"]
    assert program.by_arn(program.stack_outputs["group"]) is group
    assert ":eu-west-1:" in program.stack_outputs["group"]
    assert group.outputs["tagsAll"] == {"project": "shop"}


def test_a_preview_does_not_know_what_only_an_update_can_tell(registered):
    program = registered(two_sites, preview=True)
    assert program.one("TargetGroup", "one-blue")["vpcId"] is UNKNOWN
    assert program.stack_outputs["group"] is UNKNOWN
    assert program.one("TargetGroup", "one-blue")["port"] == 8080


def test_options_parents_providers_and_dependencies_are_recorded(registered):
    program = registered(two_sites)
    group, version = program.one("TargetGroup", "one-blue"), program.one("SecretVersion", "one-version")
    assert group.options["protect"] is True
    assert group.options["ignore_changes"] == ["port"]
    assert (group.provider, program.one("TargetGroup", "two-blue").provider) == ("west", "")
    assert group.property_depends_on["vpcId"] == {"one-vpc"}
    assert version.depends_on == {"one-blue"}
    assert program.waits_for(version, program.one("Vpc", "one-vpc"))
    assert not program.waits_for(group, version)
    assert [child.name for child in program.children("one")] == ["one-vpc", "one-blue", "one-version"]


@pytest.mark.parametrize("preview", [True, False])
def test_secrets_are_unwrapped_but_known_to_be_secret(registered, preview):
    program = registered(two_sites, preview=preview)
    version = program.one("SecretVersion", "one-version")
    assert version["secretString"] == "hunter2"
    assert program.is_secret(version, "secretString")
    assert not program.is_secret(version, "secretId")
    assert program.is_secret_output("token")


def test_a_missing_resource_is_named_with_what_there_is(registered):
    with pytest.raises(AssertionError, match=r"0 registrations of TargetGroup green; there are: one-blue, two-blue"):
        registered(two_sites).one("TargetGroup", "green")


def test_a_missing_input_is_named_with_what_there_is(registered):
    with pytest.raises(KeyError, match="TargetGroup 'one-blue' has no input 'prot'; it has: port, vpcId"):
        registered(two_sites).one("TargetGroup", "one-blue")["prot"]


def test_what_a_program_raises_is_raised_in_the_test(registered):
    def fails() -> None:
        pulumi.Output.from_input(1).apply(lambda one: one / 0)

    with pytest.raises(ZeroDivisionError):
        registered(fails)


def test_a_component_without_registered_outputs_fails_the_run(registered):
    def forgets() -> None:
        pulumi.ComponentResource("mockforge:cloud:Forgetful", "web")

    with pytest.raises(AssertionError, match="Forgetful 'web' never called register_outputs"):
        registered(forgets)


def test_a_resource_outside_a_component_fails_the_run(registered):
    with pytest.raises(AssertionError, match="Vpc 'loose' has no component as parent"):
        registered(lambda: aws.ec2.Vpc("loose"))
    assert registered(lambda: aws.ec2.Vpc("loose"), strict=False).one("Vpc", "loose")


def test_a_urn_used_twice_fails_the_run(registered):
    def twice() -> None:
        Site("web")
        Site("web")

    with pytest.raises(Exception, match="Duplicate resource URN"):
        registered(twice)


def test_a_made_up_name_that_aws_would_refuse_fails_the_run(registered):
    with pytest.raises(Exception, match="at most 32 characters"):
        registered(lambda: Site("a-site-with-twenty-chars"))


def test_config_answers_and_hooks_reach_the_program(registered):
    seen: dict[str, object] = {}

    def asks() -> None:
        seen["tasks"] = pulumi.Config("mockforge-cloud").require_object("scaling")["tasks"]
        seen["zone"] = aws.route53.get_zone(name="example.com").zone_id
        seen["stack"] = pulumi.get_stack()
        hook = pulumi.ResourceHook("guard", lambda args: seen.update(called=args.name))
        bucket = pulumi.ComponentResource("mockforge:cloud:Box", "box")
        aws.s3.Bucket(
            "files",
            opts=pulumi.ResourceOptions(parent=bucket, hooks=pulumi.ResourceHookBinding(before_update=[hook])),
        )
        bucket.register_outputs({})

    program = registered(
        asks,
        stack="production",
        config={"mockforge-cloud:scaling": {"tasks": 3}},
        answers={"aws:route53/getZone:getZone": {"zoneId": "Z1", "id": "Z1"}},
    )
    assert seen == {"tasks": 3, "zone": "Z1", "stack": "production"}
    assert program.lookups == [("aws:route53/getZone:getZone", {"name": "example.com"})]
    assert program.one("Bucket").options["hooks"] == {"before_update": ["guard"]}
    assert list(program.hooks) == ["guard"]


def test_an_unknown_data_source_fails_the_run_and_names_itself(registered):
    with pytest.raises(Exception, match=r"aws:ec2/getAmi:getAmi .*offline/provider/lookups\.py"):
        registered(lambda: aws.ec2.get_ami(owners=["self"]))


def test_runs_do_not_see_each_others_configuration(registered):
    for tasks in (1, 2):
        seen: list[str] = []
        registered(lambda: seen.append(pulumi.Config("shop").require("tasks")), config={"shop:tasks": str(tasks)})  # noqa: B023 (called before the next round)
        assert seen == [str(tasks)]


def test_a_stack_of_200_resources_costs_less_than_ten_times_one_of_40(registered):
    def many(count: int) -> float:
        def program() -> None:
            box = pulumi.ComponentResource("mockforge:cloud:Box", "box")
            for at in range(count):
                aws.ec2.Vpc(f"v{at}", opts=pulumi.ResourceOptions(parent=box))
            box.register_outputs({})

        started = time.process_time()
        registered(program)
        return time.process_time() - started

    many(1)
    assert many(200) < 10 * many(40)
