"""The scratch workspace's files, without an engine."""

import pytest
import yaml

from offline import workspace
from offline.no_cloud import without_aws


def laid_out(tmp_path, project: str, stack_file: str | None = None):
    (tmp_path / "Pulumi.yaml").write_text(project)
    if stack_file is not None:
        (tmp_path / "Pulumi.dev.yaml").write_text(stack_file)
    home = workspace.home_of(tmp_path, "dev")
    read = workspace._project(tmp_path)
    workspace._lay_out(home, read, tmp_path / "Pulumi.dev.yaml", "dev")
    return home


def test_the_generated_project_keeps_name_and_config_and_points_at_the_stand_ins(tmp_path):
    home = laid_out(
        tmp_path,
        "name: shop\nruntime:\n  name: python\n  options: {virtualenv: .venv}\nconfig:\n  shop:a: {default: {}}\n",
    )
    generated = yaml.safe_load((home / "Pulumi.yaml").read_text())
    assert (generated["name"], generated["runtime"], generated["config"]) == (
        "shop",
        "python",
        {"shop:a": {"default": {}}},
    )
    assert [one["name"] for one in generated["plugins"]["providers"]] == ["aws", "random"]
    for one in generated["plugins"]["providers"]:
        launcher = home / "providers" / one["name"] / f"pulumi-resource-{one['name']}"
        assert launcher.stat().st_mode & 0o111


def test_the_stack_file_is_copied_letter_by_letter_but_for_the_real_stacks_encryption(tmp_path):
    original = 'secretsprovider: awskms://alias/real\nencryptedkey: AAAA\nconfig:\n  shop:start: "02:00" # UTC\n'
    home = laid_out(tmp_path, "name: shop\n", original)
    assert (home / "Pulumi.dev.yaml").read_text() == 'config:\n  shop:start: "02:00" # UTC\n'


def test_the_scratch_stacks_salt_outlives_a_changed_stack_file(tmp_path):
    home = laid_out(tmp_path, "name: shop\n", "config: {}\n")
    with (home / "Pulumi.dev.yaml").open("a") as file:
        file.write("encryptionsalt: v1:abc\n")
    laid_out(tmp_path, "name: shop\n", "config:\n  shop:a: 1\n")
    assert (home / "Pulumi.dev.yaml").read_text() == "config:\n  shop:a: 1\nencryptionsalt: v1:abc\n"


@pytest.mark.parametrize(
    ("project", "reason"),
    [("- a\n", "must be a mapping with a name"), ("runtime: python\n", "must be a mapping"), ("a: [\n", "is not YAML")],
)
def test_a_project_file_that_cannot_be_used_is_named_with_the_reason(tmp_path, project, reason):
    with pytest.raises(workspace.WorkspaceError, match=rf"Pulumi\.yaml .*{reason}"):
        laid_out(tmp_path, project)


def test_a_missing_project_file_is_named(tmp_path):
    with pytest.raises(workspace.WorkspaceError, match=r"Pulumi\.yaml cannot be read \(No such file"):
        workspace._project(tmp_path)


def test_reset_forgets_a_scratch_workspace_and_leaves_any_other_folder_alone(tmp_path):
    home = laid_out(tmp_path, "name: shop\n")
    assert workspace.reset(home) is True
    assert not home.exists()
    assert workspace.reset(home) is False
    (tmp_path / "precious").mkdir()
    with pytest.raises(workspace.WorkspaceError, match="is not a scratch workspace; it was left alone"):
        workspace.reset(tmp_path / "precious")


def test_aws_variables_are_away_until_the_last_one_leaves(monkeypatch):
    import os

    monkeypatch.setenv("AWS_PROFILE", "production")
    with without_aws():
        with without_aws():
            assert "AWS_PROFILE" not in os.environ
        assert "AWS_PROFILE" not in os.environ
        assert os.environ["AWS_EC2_METADATA_DISABLED"] == "true"
    assert os.environ["AWS_PROFILE"] == "production"
    assert "AWS_EC2_METADATA_DISABLED" not in os.environ
