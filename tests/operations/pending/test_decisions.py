"""What becomes of each thing that was left behind, and the edit of the state that follows."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from operations.pending.adopting import read_again, settled, with_made_up_names
from operations.pending.deciding import Remedy, Way, leftover, remedy_of
from operations.pending.finding import Found, Wanted
from operations.pending.identities import Identity
from operations.pending.operation import pending_in
from operations.pending.words import refusal, way_out

VPC = "aws:ec2/vpc:Vpc"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
TAGGED = Identity(label="ec2:vpc")
NUMBERED = Identity(id="{family}", label="ecs:task-definition", numbered=True)


def urn(type_: str, name: str) -> str:
    return f"urn:pulumi:dev::shop::mockforge:cloud:Shop${type_}::{name}"


def resource(type_: str, name: str, id_: str, **more: Any) -> dict[str, Any]:
    return {"urn": urn(type_, name), "type": type_, "custom": True, "id": id_, "inputs": {}, "outputs": {}, **more}


def state(*resources: dict[str, Any], pending: dict[str, Any] | None = None, doing: str = "creating") -> dict[str, Any]:
    operations = [{"type": doing, "resource": pending}] if pending else []
    return {"resources": list(resources), "pending_operations": operations}


def begun(name: str = "net", **inputs: Any) -> dict[str, Any]:
    record = {key: value for key, value in resource(VPC, name, "").items() if key not in ("id", "outputs")}
    return {**record, "inputs": inputs, "protect": True, "parent": "urn:parent", "dependencies": ["urn:other"]}


def wanted(type_: str = VPC, name: str = "net", identity: Identity = TAGGED, **inputs: Any) -> Wanted:
    return Wanted(urn=urn(type_, name), type=type_, name=name, inputs=inputs, identity=identity, recorded=True)


def remedy(deployment: dict[str, Any], *found: Found) -> Remedy:
    [pending] = pending_in(deployment)
    return remedy_of(pending, wanted(), found, deployment)


def test_what_stands_and_is_unknown_to_the_state_is_taken_in_and_what_does_not_stand_is_forgotten():
    deployment = state(resource(VPC, "other", "vpc-1"), pending=begun())
    assert remedy(deployment, Found(id="vpc-1"), Found(id="vpc-2")).found == Found(id="vpc-2")
    assert remedy(deployment, Found(id="vpc-1")).way is Way.FORGET


def test_where_two_may_be_it_a_person_decides_and_both_are_named():
    one = remedy(state(pending=begun()), Found(id="vpc-2"), Found(id="vpc-1"))
    assert (one.way, one.reason) == (Way.ASK, "2 may be it: vpc-1, vpc-2")
    assert "console" in way_out("mfcloud up dev", [one])


def test_an_interrupted_update_or_deletion_is_read_again_and_an_interrupted_read_forgotten():
    for doing, way in (("updating", Way.READ), ("deleting", Way.READ), ("reading", Way.FORGET)):
        assert remedy(state(pending=begun(), doing=doing), Found(id="vpc-1")).way is way


def test_a_type_without_a_row_is_for_a_person():
    deployment = state(pending=begun())
    [pending] = pending_in(deployment)
    assert remedy_of(pending, None, [], deployment).way is Way.ASK


@given(known=st.sets(st.integers(0, 9)), found=st.lists(st.integers(0, 9), unique=True))
def test_nothing_that_the_state_knows_is_ever_taken_in_a_second_time(known: set[int], found: list[int]):
    deployment = state(*(resource(VPC, f"net-{at}", f"vpc-{at}") for at in known), pending=begun())
    one = remedy(deployment, *(Found(id=f"vpc-{at}") for at in found))
    ids = [r["id"] for r in settled(deployment, [one] if one.way is not Way.ASK else [])["resources"]]
    assert len(ids) == len(set(ids))
    assert (one.way is Way.ADOPT) == (len(set(found) - known) == 1)


def test_an_adopted_resource_keeps_parent_dependencies_protection_and_the_inputs_of_the_program():
    cipher = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}
    deployment = state(resource(VPC, "other", "vpc-1"), pending=begun(cidrBlock="10.0.0.0/16", token=cipher))
    after = settled(deployment, [remedy(deployment, Found(id="vpc-2", arn="arn:2"))])
    assert "pending_operations" not in after
    taken = after["resources"][-1]
    assert (taken["id"], taken["protect"], taken["parent"], taken["dependencies"]) == (
        "vpc-2",
        True,
        "urn:parent",
        ["urn:other"],
    )
    assert taken["inputs"] == {"cidrBlock": "10.0.0.0/16", "token": cipher}
    assert taken["outputs"] == {"cidrBlock": "10.0.0.0/16", "token": cipher, "id": "vpc-2", "arn": "arn:2"}
    assert pending_in(deployment)  # the state that was given is not touched


def test_an_adopted_replacement_comes_before_the_old_one_which_waits_for_its_deletion():
    old = resource(VPC, "net", "vpc-1")
    dependent = resource("aws:ec2/subnet:Subnet", "a", "subnet-1")
    deployment = state(old, dependent, pending=begun(cidrBlock="10.0.0.0/16"))
    after = settled(deployment, [remedy(deployment, Found(id="vpc-2"))])["resources"]
    assert [(one["id"], one.get("delete", False)) for one in after] == [
        ("vpc-2", False),
        ("vpc-1", True),
        ("subnet-1", False),
    ]


def test_only_what_was_taken_in_or_may_have_changed_is_read_from_the_cloud():
    adopted = remedy(state(pending=begun()), Found(id="vpc-2"))
    forgotten = remedy(state(pending=begun("gone")))
    assert read_again([adopted, forgotten]) == [urn(VPC, "net")]


def test_a_name_that_was_made_up_is_said_to_be_so_again_or_the_next_update_would_replace_the_resource():
    made_up = resource(VPC, "Files", "x", inputs={"bucket": "files-0a1b2c3"})
    given_ = resource(VPC, "logs", "y", inputs={"name": "shop-logs"})
    other = resource(VPC, "more", "z", inputs={"name": "more-0a1b2c3"})
    urns = [made_up["urn"], given_["urn"]]
    after = with_made_up_names({"resources": [made_up, given_, other]}, urns)["resources"]
    assert [one["inputs"].get("__defaults") for one in after] == [["bucket"], None, None]


def revision(number: int) -> Found:
    return Found(id="web", arn=f"arn:aws:ecs:us-east-1:1:task-definition/web:{number}")


def test_an_older_revision_that_was_kept_is_no_leftover_and_a_newer_one_is():
    known = resource(TASK, "task", "web", outputs={"arn": revision(2).arn})
    task = wanted(TASK, "task", NUMBERED, family="web", skipDestroy=True)

    def left(*found: Found) -> Remedy | None:
        return leftover(task, "task", found, state(known), {"urn": task.urn, "type": TASK})

    assert left(revision(1), revision(2)) is None
    newer = left(revision(1), revision(2), revision(3))
    assert newer is not None
    assert newer.found == revision(3)
    assert leftover(task, "task", [revision(7)], state(), {}) is None  # everything was taken down once


def test_a_refusal_names_each_with_what_was_found_and_the_command_that_goes_on():
    said = refusal("staging", [remedy(state(pending=begun()), Found(id="vpc-2")), remedy(state(pending=begun("gone")))])
    assert said.splitlines() == [
        "an earlier run on staging was interrupted in the middle of its work; nothing was changed now",
        "  aws:ec2:Vpc net: its creation was interrupted; it stands as vpc-2",
        "  aws:ec2:Vpc gone: its creation was interrupted; it does not stand",
    ]
    assert "`mfcloud up staging --repair`" in way_out("mfcloud up staging", [])
