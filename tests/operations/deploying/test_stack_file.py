"""The edit of a stack file: that one value changes, and not a letter elsewhere."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.deploying.stack_file import Names, changes, names, prepare, rewritten
from operations.errors import CommandStopped
from operations.project import PROJECT_ROOT

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com/mockforge-cloud"
OLD, NEW = f"{REGISTRY}@sha256:{'a' * 64}", f"{REGISTRY}@sha256:{'b' * 64}"
WANTED = Names(image=NEW, version="0.3.239")


def text(service: str, *, before: str = "", after: str = "") -> str:
    return f"# made by us\nconfig:\n{before}  mockforge-cloud:service:\n{service}{after}"


WRITTEN = {
    "plain": f"    image: {OLD}\n    version: 0.3.238\n",
    "in quotes": f"    image: \"{OLD}\"   # the one that works\n    version: '0.3.238'\n",
    "the other way round": f'    version: "0.3.238"\n    cpu_units: 1024\n    image: {OLD}\n',
    "on one line": f"    {{ cpu_units: 1024, image: '{OLD}', version: \"0.3.238\" }}\n",
    "below its key": f"    image:\n      {OLD}\n    version: 0.3.238\n",
    "with the old one in comments": f"    # before: {OLD}, 0.3.238\n    image: {OLD} # {OLD}\n    version: 0.3.238\n",
    "without a line end": f"    version: 0.3.238\n    image: {OLD}",
    "with line ends of Windows": f"    image: {OLD}\r\n    version: 0.3.238\r\n",
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_however_it_is_written_the_two_values_change_and_no_other_letter(written: str):
    elsewhere = f"  mockforge-cloud:network:\n    cidr: 10.30.0.0/16 # not 0.3.238\n  other:image: {OLD}\n"
    before = text(written, before=elsewhere)
    after = rewritten(before, WANTED)
    assert names(after) == WANTED
    assert elsewhere in after
    assert rewritten(after, Names(image=OLD, version="0.3.238")) == before


def test_only_lines_that_changed_are_told():
    before = text(WRITTEN["with the old one in comments"])
    assert [(one.line, one.before, one.after) for one in changes(before, rewritten(before, WANTED))] == [
        (5, f"    image: {OLD} # {OLD}", f"    image: {NEW} # {OLD}"),
        (6, "    version: 0.3.238", "    version: 0.3.239"),
    ]


def test_a_version_that_is_not_asked_for_stays():
    after = rewritten(text(WRITTEN["plain"]), Names(image=NEW, version=None))
    assert names(after) == Names(image=NEW, version="0.3.238")


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_version_where_there_was_none_gets_a_line_of_its_own(end: str):
    before = text(f"    image: {OLD}{end}")
    after = rewritten(before, WANTED)
    assert after == text(f'    image: {NEW}{end or chr(10)}    version: "0.3.239"\n')
    assert [(one.line, one.before) for one in changes(before, after)] == [(4, f"    image: {OLD}"), (5, None)]


@pytest.mark.parametrize(
    ("stack_file", "said"),
    [
        ("config: {}\n", "there is no `image` below `mockforge-cloud:service`"),
        ("config: [\n", "it is not YAML that the engine reads"),
        (text("    image: 5\n"), "there is no `image` below"),
        (
            text(f"    image: &image {OLD}\n    environment:\n      IMAGE: *image\n"),
            "`image` below `mockforge-cloud:service` stands there in a way that this command does not edit",
        ),
    ],
)
def test_what_cannot_be_edited_safely_is_left_to_a_person(tmp_path: Path, stack_file: str, said: str):
    path = tmp_path / "Pulumi.production.yaml"
    path.write_text(stack_file)
    with pytest.raises(CommandStopped) as stopped:
        prepare(path, WANTED)
    assert stopped.value.message.startswith(f"Pulumi.production.yaml: {said}")
    assert "nothing was changed" in stopped.value.message
    assert path.read_text() == stack_file


@pytest.mark.parametrize("environment", ["staging", "production"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_both_stack_files_of_this_project_can_be_edited_and_put_back(environment: str, line_end: bytes, tmp_path: Path):
    original = (PROJECT_ROOT / f"Pulumi.{environment}.yaml").read_bytes().replace(b"\n", line_end)
    path = tmp_path / "stack.yaml"
    path.write_bytes(original)
    edit = prepare(path, WANTED)
    edit.make()
    assert names(path.read_text()) == WANTED
    assert edit.undo()
    assert path.read_bytes() == original


def test_an_edit_is_not_taken_back_over_somebody_elses(tmp_path: Path):
    path = tmp_path / "stack.yaml"
    path.write_text(text(WRITTEN["plain"]))
    edit = prepare(path, WANTED)
    edit.make()
    path.write_text(path.read_text() + "# mine\n")
    assert not edit.undo()
    assert path.read_text().endswith("# mine\n")


DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)
VERSIONS = st.from_regex(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,3}", fullmatch=True)


@given(old=DIGESTS, new=DIGESTS, version=VERSIONS, other=VERSIONS, comment=st.text("ab:#{}'\" -0.", max_size=20))
def test_whatever_the_digests_and_versions_are_there_and_back_is_the_same_text(
    old: str, new: str, version: str, other: str, comment: str
):
    written = f"    cpu_units: 1024 # {comment} {version}\n    image: {REGISTRY}@sha256:{old} # {comment}\n"
    before = text(f'{written}    version: "{version}"\n')
    after = rewritten(before, Names(image=f"{REGISTRY}@sha256:{new}", version=other))
    assert names(after) == Names(image=f"{REGISTRY}@sha256:{new}", version=other)
    assert rewritten(after, Names(image=f"{REGISTRY}@sha256:{old}", version=version)) == before
