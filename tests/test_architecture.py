"""The house's own rules: who may import whom, that importing does nothing, that no test is overlooked."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "runbook": set[str](),
    "components": {"runbook"},
    "infra": {"components", "runbook"},
    "operations": {"runbook", "offline", "functions"},
    "offline": set[str](),
    "functions": set[str](),
}
HANDS_THE_PROGRAM_OVER = {"operations/engine/stack.py", "operations/engine/without_engine.py"}
"""The only places where the command line meets `infra`: to give the program to an engine, or to run it without one."""
FOREIGN_TO = {"runbook": {"pulumi", "pulumi_aws", "pulumi_random", "boto3", "botocore"}}
FOLDERS = [folder for folder in MAY_IMPORT if (ROOT / folder).is_dir()]


def modules(folder: str) -> list[Path]:
    return sorted(path for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.relative_to(ROOT)}: imports are written in full, from the folder on"
            yield (node.module or "").split(".")[0]


@pytest.mark.parametrize("folder", FOLDERS)
def test_imports_go_one_way(folder: str):
    forbidden = (MAY_IMPORT.keys() | {"tests", "bootstrap"}) - MAY_IMPORT[folder] - {folder}
    forbidden |= FOREIGN_TO.get(folder, set())
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(folder)
        for name in imports(path)
        if name in forbidden and not (name == "infra" and str(path.relative_to(ROOT)) in HANDS_THE_PROGRAM_OVER)
    ]
    assert wrong == []


def test_nothing_of_operations_stands_on_a_command():
    """A command is the top: what two of them share stands below both."""
    wrong = [
        str(path.relative_to(ROOT))
        for path in modules("operations")
        if path.parent.name != "commands" and path.name != "application.py"
        if re.search(r"^\s*(from|import) operations\.commands", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert wrong == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_importing_changes_nothing_and_asks_nobody(folder: str):
    """In a fresh interpreter: third parties first, then ours under watch."""
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in modules(folder)]
    names = [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]
    program = f"""
        import gc; gc.set_threshold(200_000, 50, 100)
        import importlib, sys
        import boto3, google.protobuf, grpc, pulumi, pulumi.automation, pulumi_aws, pulumi_random, pydantic, rich, typer
        import yaml

        WATCHED = {{"socket.connect", "socket.bind", "subprocess.Popen", "os.mkdir", "os.remove", "os.rename"}}
        watching, seen = False, []

        def watch(event, arguments):
            if not watching:
                return
            if event in WATCHED:
                seen.append(f"{{event}} {{arguments!r:.200}}")
            elif event == "open" and isinstance(arguments[1], str) and arguments[1].strip("rbt"):
                if "__pycache__" not in str(arguments[0]):
                    seen.append(f"write to {{arguments[0]}}")

        def forbidden(*_arguments, **_names):
            raise AssertionError("asked for at import time")

        pulumi.Config.__init__ = pulumi.get_stack = pulumi.get_project = forbidden
        boto3.client = boto3.resource = boto3.Session = forbidden
        sys.dont_write_bytecode = True
        sys.addaudithook(watch)
        for name in {names!r}:
            third_parties = name.startswith(("components", "infra")) and importlib.import_module("pulumi_aws")
            watching = True
            importlib.import_module(name)
            watching = False
        print(*seen, sep="\\n", end="")
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(program)], cwd=ROOT, env={"PATH": ""}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_help_is_quick_because_it_loads_nothing_heavy():
    program = "import sys; from operations.application import run; run(['--help']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in ast.literal_eval(done.stdout.splitlines()[-1])}
    assert loaded & {"boto3", "botocore", "pulumi", "pulumi_aws", "pydantic", "grpc", "rich", "yaml"} == set()


def test_the_program_starts_in_three_lines():
    tree = ast.parse((ROOT / "__main__.py").read_text(encoding="utf-8"))
    assert [type(node) for node in tree.body] == [ast.Expr, ast.ImportFrom, ast.Expr]


def test_every_file_with_tests_is_collected():
    overlooked = [
        str(path.relative_to(ROOT))
        for path in modules("tests")
        if not path.name.startswith("test_")
        and re.search(r"^\s*(async )?def test_|^class Test", path.read_text("utf-8"), re.MULTILINE)
    ]
    empty = [
        str(path.relative_to(ROOT))
        for path in modules("tests")
        if path.name.startswith("test_")
        and not re.search(r"^\s*(async )?def test_|^class \w+\(.*StateMachine", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert (overlooked, empty) == ([], [])


def test_no_test_is_skipped_or_expected_to_fail():
    words = re.compile(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)\b|unittest\.skip")
    this = Path(__file__)
    assert [str(path) for path in modules("tests") if path != this and words.search(path.read_text("utf-8"))] == []


def test_nothing_of_one_machine_stands_in_the_tree():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    places = re.compile(
        r"(?<![\w.])/(work|root|home/\w+|Users/\w+)/|/opt/wheels|https?://\S*(pypi|pythonhosted|proxy\.golang)"
    )
    wrong = [
        f"{name}: {found.group()}"
        for name in listed.split("\0")
        if name and (path := ROOT / name).is_file() and path != Path(__file__)
        if (found := places.search(path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert wrong == []
