"""What a person reads, whole; what a script reads."""

import json
from textwrap import dedent

from operations.engine import rendering
from operations.engine.plan import Action, Diagnostic, Plan, PropertyChange, Step, in_reading_order


def a_step(name: str, action: Action, component: str = "web", type_: str = "aws:s3:Bucket", **more: object) -> Step:
    values = {"protected": False, "urn": f"urn:{name}", **more}
    return Step(name=name, action=action, component=component, type=type_, **values)  # pyright: ignore[reportArgumentType]


PLAN = Plan(
    steps=in_reading_order(
        [
            a_step(
                "web-blue",
                Action.REPLACE,
                type_="aws:lb:TargetGroup",
                protected=True,
                changes=(
                    PropertyChange(path="port", before=80, after=8080, forces_replacement=True),
                    PropertyChange(path="tags.Name", before=None, after="blue"),
                ),
            ),
            a_step("web-logs", Action.UPDATE, changes=(PropertyChange(path="acl", before="private", after=None),)),
            a_step("web-idle", Action.SAME),
            a_step("database-main", Action.CREATE, "database", "aws:rds:Instance", failed=True),
            a_step("role", Action.DELETE, "", "aws:iam:Role"),
        ]
    ),
    components={"web": "mockforge:cloud:Service", "database": "mockforge:cloud:Database"},
    diagnostics=(
        Diagnostic(severity="warning", message="slow today"),
        Diagnostic(
            severity="error",
            message="no such class\nask for another",
            resource="database-main",
            type="aws:rds:Instance",
        ),
    ),
    outputs={"url": "https://cloud.mockforge.dev", "token": "[secret]"},
)


def text(**switches: bool) -> str:
    return "\n".join(line.plain for line in rendering.lines(PLAN, "Preview of staging", **switches)) + "\n"


def test_a_plan_is_grouped_by_component_and_says_what_forces_a_replacement():
    assert text() == dedent("""\
        Preview of staging

        database (Database)  +1
            + create  aws:rds:Instance    database-main  [failed]

        web (Service)  ~1  -/+1
          -/+ replace aws:lb:TargetGroup  web-blue       forced by port; also tags.Name  [protected]
            ~ update  aws:s3:Bucket       web-logs       acl

        (stack)  -1
            - delete  aws:iam:Role        role

        Outputs
          token  [secret]
          url    https://cloud.mockforge.dev

        Diagnostics
          warning: slow today
          error database-main (aws:rds:Instance): no such class
            ask for another

        Total until it failed: 1 to create, 1 to update, 1 to replace, 1 to delete, 1 unchanged
    """)


def test_unchanged_resources_are_listed_when_asked_for():
    assert "              aws:s3:Bucket" not in text()
    assert "      same    aws:s3:Bucket       web-idle" in text(unchanged=True)


def test_a_diff_shows_old_and_new_values():
    shown = text(diff=True)
    assert "port: 80 → 8080  (forces the replacement)" in shown
    assert 'tags.Name: (none) → "blue"' in shown
    assert 'acl: "private" → (none)' in shown


def test_a_diff_of_a_document_shows_the_places_that_changed_and_not_the_document():
    before, after = ({"x": "same" * 100, "image": image} for image in ("old", "new"))
    change = PropertyChange(path="body", before=json.dumps(before), after=json.dumps(after), forces_replacement=True)
    plan = Plan(steps=(a_step("p", Action.REPLACE, changes=(change,)),), components={}, outputs={})
    shown = [line.plain.strip() for line in rendering.lines(plan, "t", diff=True)]
    assert 'body.image: "old" → "new"  (forces the replacement)' in shown


def test_of_a_document_that_is_another_one_a_dozen_places_are_shown():
    change = PropertyChange(path="body", before=dict.fromkeys("abcdefghijklmno", 1), after={})
    plan = Plan(steps=(a_step("p", Action.UPDATE, changes=(change,)),), components={}, outputs={})
    shown = [line.plain.strip() for line in rendering.lines(plan, "t", diff=True)]
    assert "body.l: 1 → (none)" in shown
    assert "body: and 3 more places" in shown
    assert not [line for line in shown if line.startswith("body.m")]


def test_a_long_value_is_cut_in_a_diff():
    change = PropertyChange(path="policy", before="x" * 5000, after="y")
    plan = Plan(steps=(a_step("p", Action.UPDATE, changes=(change,)),), components={}, outputs={})
    assert max(len(line.plain) for line in rendering.lines(plan, "t", diff=True)) < 200


def test_what_was_done_is_said_in_the_past():
    assert rendering.summary(PLAN, done=True) == "1 created, 1 updated, 1 replaced, 1 deleted, 1 unchanged"


def test_nothing_to_do_is_said_so():
    same = Plan(steps=(a_step("a", Action.SAME), a_step("b", Action.READ)), components={}, outputs={})
    assert rendering.summary(same) == "nothing to change (2 unchanged)"
    assert rendering.summary(same, done=True) == "nothing was changed (2 unchanged)"


def test_the_json_holds_counts_resources_outputs_and_diagnostics():
    content = json.loads(
        rendering.as_json(PLAN, environment="staging", operation="preview", offline=True, engine="Pulumi 3.259.0")
    )
    assert list(content) == [
        "environment",
        "operation",
        "offline",
        "engine",
        "counts",
        "has_changes",
        "resources",
        "outputs",
        "diagnostics",
    ]
    assert content["counts"] == {"create": 1, "update": 1, "replace": 1, "delete": 1, "read": 0, "import": 0, "same": 1}
    assert content["resources"][2] == {
        "urn": "urn:web-idle",
        "component": "web",
        "type": "aws:s3:Bucket",
        "name": "web-idle",
        "action": "same",
        "protected": False,
        "failed": False,
        "properties": [],
    }
    assert content["diagnostics"][0] == {"severity": "warning", "message": "slow today", "resource": None, "type": None}
