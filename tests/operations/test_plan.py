"""From engine events to a plan: the events are written as the engine writes them."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pulumi.automation import EngineEvent

from operations.engine.plan import Action, PropertyChange, plan_from, readable, short_type

STACK = "urn:pulumi:staging::mockforge-cloud::pulumi:pulumi:Stack::mockforge-cloud-staging"
WEB = "urn:pulumi:staging::mockforge-cloud::mockforge:cloud:Service::web"
BUCKET = "urn:pulumi:staging::mockforge-cloud::mockforge:cloud:Service$aws:s3/bucket:Bucket::web-logs"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}


def step(kind: str, op: str, urn: str = BUCKET, **more: Any) -> EngineEvent:
    token = urn.split("::")[2].rpartition("$")[2]
    old, new = more.pop("old", None), more.pop("new", {})
    state = {"urn": urn, "type": token, "parent": more.pop("parent", WEB), "custom": not token.startswith("mockforge:")}
    metadata = {"op": op, "urn": urn, "type": token, **more}
    metadata |= {"old": {**state, **old}} if old is not None else {}
    metadata |= {"new": {**state, **new}} if new is not None else {}
    return EngineEvent.from_json({kind: {"metadata": metadata}})


def said(severity: str, message: str, urn: str = "") -> EngineEvent:
    return EngineEvent.from_json({"diagnosticEvent": {"severity": severity, "message": message, "urn": urn}})


def component() -> EngineEvent:
    return step("resourcePreEvent", "create", WEB, parent=STACK)


def test_a_new_resource_belongs_to_the_component_above_it():
    plan = plan_from([component(), step("resourcePreEvent", "create"), step("resOutputsEvent", "create")])
    [only] = plan.steps
    assert (only.action, only.type, only.name, only.component) == (Action.CREATE, "aws:s3:Bucket", "web-logs", "web")
    assert plan.components == {"web": "mockforge:cloud:Service"}


def test_a_resource_of_a_component_in_a_component_belongs_to_the_outer_one():
    inner = "urn:pulumi:staging::mockforge-cloud::mockforge:cloud:Service$mockforge:cloud:Role::web-role"
    role = f"{inner.rpartition('::')[0]}$aws:iam/role:Role::web-task"
    events = [
        component(),
        step("resourcePreEvent", "create", inner),
        step("resourcePreEvent", "create", role, parent=inner),
    ]
    [only] = plan_from(events).steps
    assert only.component == "web"


def test_the_three_steps_of_a_replacement_are_one_line_that_names_the_forcing_property():
    diff = {"bucket": {"diffKind": "update-replace"}, "tags.size": {"diffKind": "update"}}
    old, new = {"inputs": {"bucket": "a", "tags": {"size": "1"}}}, {"inputs": {"bucket": "b", "tags": {"size": "2"}}}
    events = [
        step("resourcePreEvent", "create-replacement", detailedDiff=diff, old=old, new=new),
        step("resourcePreEvent", "replace", detailedDiff=diff, old=old, new=new),
        step("resourcePreEvent", "delete-replaced", old=old, new=None),
    ]
    [only] = plan_from(events).steps
    assert only.action == Action.REPLACE
    assert only.changes == (
        PropertyChange(path="bucket", before="a", after="b", forces_replacement=True),
        PropertyChange(path="tags.size", before="1", after="2"),
    )


def test_keys_of_an_old_style_replacement_force_it_too():
    event = step("resourcePreEvent", "replace", keys=["bucket"], diffs=["bucket", "tags"], old={}, new={})
    assert [(one.path, one.forces_replacement) for one in plan_from([event]).steps[0].changes] == [
        ("bucket", True),
        ("tags", False),
    ]


def test_changed_properties_are_found_by_comparing_when_the_provider_names_none():
    old, new = {"inputs": {"acl": "a", "tags": {"x": "1"}}}, {"inputs": {"tags": {"x": "2", "y": "3"}}}
    [only] = plan_from([step("resourcePreEvent", "update", old=old, new=new)]).steps
    assert [one.path for one in only.changes] == ["acl", "tags.x", "tags.y"]


def test_secret_values_read_as_the_word_secret():
    old, new = {"inputs": {"password": SECRET}}, {"inputs": {"password": {**SECRET, "plaintext": '"hush"'}}}
    plan = plan_from([step("resourcePreEvent", "update", diffs=["password"], old=old, new=new)])
    assert plan.steps[0].changes == (PropertyChange(path="password", before="[secret]", after="[secret]"),)
    assert "hush" not in repr(plan)


def test_a_protected_resource_that_would_be_lost_is_named():
    events = [step("resourcePreEvent", "delete", old={"protect": True}, new=None), component()]
    assert [one.name for one in plan_from(events).protected_losses] == ["web-logs"]


def test_what_the_program_wants_counts_more_than_what_a_refresh_found():
    events = [
        step("resourcePreEvent", "refresh", old={}),
        step("resOutputsEvent", "update", old={}),
        step("resourcePreEvent", "same", old={}),
        step("resOutputsEvent", "same", old={}),
    ]
    assert plan_from(events).steps[0].action == Action.SAME


def test_a_refresh_by_itself_tells_what_it_found():
    events = [step("resourcePreEvent", "refresh", old={}), step("resOutputsEvent", "delete", old={}, new=None)]
    assert plan_from(events).steps[0].action == Action.DELETE


def test_an_exception_of_the_program_is_one_diagnostic_with_its_place_apart():
    text = "python inline source runtime error: boom\nTraceback (most recent call last):\n  File x"
    plan = plan_from([said("error", text, STACK), said("error", f"an unhandled error occurred: {text}", STACK)])
    [only] = plan.diagnostics
    assert (only.message, only.resource, "File x" in only.traceback) == ("boom", "", True)


def test_a_diagnostic_names_its_resource_and_debug_lines_are_left_out():
    plan = plan_from([said("warning", "careful\n", BUCKET), said("debug", "registering"), said("info", "hello")])
    assert [(one.severity, one.message, one.resource, one.type) for one in plan.diagnostics] == [
        ("warning", "careful", "web-logs", "aws:s3:Bucket")
    ]


def test_outputs_are_those_of_the_stack():
    outputs = {"url": "https://x", "token": SECRET, "arn": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}
    plan = plan_from([step("resOutputsEvent", "same", STACK, parent="", new={"outputs": outputs, "custom": False})])
    assert plan.outputs == {"url": "https://x", "token": "[secret]", "arn": "[known after the update]"}
    assert plan.steps == ()


def test_the_order_is_by_component_then_name_whatever_the_engine_did_first():
    urns = [f"{BUCKET}-{number}" for number in (10, 9, 1)]
    loose = "urn:pulumi:staging::mockforge-cloud::aws:iam/role:Role::a-role"
    events = [step("resourcePreEvent", "create", loose, parent=STACK), component()]
    events += [step("resourcePreEvent", "create", urn) for urn in urns]
    assert [one.name for one in plan_from(events).steps] == ["web-logs-1", "web-logs-9", "web-logs-10", "a-role"]


def test_types_are_shown_without_the_repeated_module():
    assert short_type("aws:lb/targetGroup:TargetGroup") == "aws:lb:TargetGroup"
    assert short_type("pulumi:providers:aws") == "pulumi:providers:aws"
    assert short_type("random:index/randomPassword:RandomPassword") == "random:index:RandomPassword"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(hidden=st.text(alphabet="xyz", min_size=12), around=JSON)
def test_no_secret_survives_wherever_it_stands(hidden: str, around: object):
    value = {"list": [around, {"deep": {**SECRET, "plaintext": hidden}}], "beside": around}
    assert hidden not in repr(readable(value))


@given(
    before=st.dictionaries(st.text(min_size=1, max_size=3), JSON),
    after=st.dictionaries(st.text(min_size=1, max_size=3), JSON),
)
def test_an_update_names_a_property_exactly_when_inputs_differ(before: dict[str, Any], after: dict[str, Any]):
    [only] = plan_from([step("resourcePreEvent", "update", old={"inputs": before}, new={"inputs": after})]).steps
    assert bool(only.changes) == (readable(before) != readable(after))
