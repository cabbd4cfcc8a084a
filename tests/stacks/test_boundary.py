"""Where the settings name a boundary, no role of the program is without it."""

from tests.stacks.stack import composed, stack_named

BOUNDARY = "arn:aws:iam::123456789012:policy/mockforge-staging-boundary"


def test_every_role_is_within_the_boundary_that_the_settings_name():
    roles = composed("staging", protection={"roles_boundary": "mockforge-staging-boundary"}).all("iam/role:Role")
    assert len(roles) > 10
    assert {role.name: role.get("permissionsBoundary") for role in roles} == {role.name: BOUNDARY for role in roles}


def test_without_one_there_is_none():
    assert {role.get("permissionsBoundary") for role in stack_named("staging").up.all("iam/role:Role")} == {None}
