"""Reading `pulumi_aws` by class gives what reading it by service gives, and less of it."""

import ast
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SERVICES = sorted(
    {
        node.attr
        for folder in ("components", "infra")
        for file in (ROOT / folder).glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "aws"
        if node.attr.islower() and not node.attr.startswith("get_")
    }
)


def fresh(program: str) -> Any:
    """What a fresh Python prints as a literal."""
    done = subprocess.run(
        [sys.executable, "-c", dedent(program)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return ast.literal_eval(done.stdout)


def test_the_services_are_found():
    assert {"ec2", "ecs", "lb", "rds", "s3"} <= set(SERVICES)


def test_every_name_of_every_service_is_the_same_as_without():
    told = """
        import importlib, sys
        import infra

        installed = sys.meta_path.pop(0)
        assert type(installed).__module__ == "infra.lazy_aws"
        found = {}
        for service in SERVICES:
            module = f"pulumi_aws.{service}"
            whole = importlib.import_module(module)
            hasattr(whole, "outputs")  # until a name is asked for, pulumi_aws has read nothing
            names = [name for name in vars(whole) if not name.startswith("_")]
            for name in [name for name in sys.modules if name == module or name.startswith(f"{module}.")]:
                del sys.modules[name]
            sys.meta_path.insert(0, installed)
            lazy = importlib.import_module(module)
            hasattr(lazy, "__nothing__")
            kind = type(lazy).__name__

            def known(value):
                return type(value).__name__, getattr(value, "__name__", ""), getattr(value, "__module__", "")

            different = [name for name in names if known(getattr(whole, name)) != known(getattr(lazy, name))]
            found[service] = (kind, len(names), different)
            sys.meta_path.pop(0)
        print(found)
    """
    found = fresh(dedent(told).replace("SERVICES", repr(SERVICES)))
    assert set(found) == set(SERVICES)
    for service, (kind, count, different) in found.items():
        assert (kind, different) == ("Service", []), service
        assert count > 5, service


def test_the_program_reads_no_service_whole_and_a_half_of_the_files_at_most():
    whole, read = fresh("""
        import sys
        import infra.environment
        from infra.lazy_aws import Service
        services = [one for name, one in sys.modules.items() if name.count(".") == 1 and name.startswith("pulumi_aws.")]
        packages = [one for one in services if getattr(one, "__path__", None)]
        whole = [one.__name__ for one in packages if type(one) is not Service and type(one).__name__ != "_LazyModule"]
        print((whole, len([name for name in sys.modules if name.startswith("pulumi_aws.")])))
    """)
    assert whole == []
    assert read < 425  # 851 without


def test_a_name_that_does_not_exist_is_refused_as_without():
    said = fresh("""
        import infra
        import pulumi_aws as aws
        try:
            aws.ecs.Clustr
        except AttributeError as error:
            print(repr(str(error)))
    """)
    assert said == "module 'pulumi_aws.ecs' has no attribute 'Clustr'"


def test_import_star_and_dir_see_the_service_whole():
    star, listed = fresh("""
        import infra
        names = {}
        exec("from pulumi_aws.scheduler import *", names)
        import pulumi_aws.appautoscaling as scaling
        scaling.Target
        print(("ScheduleGroup" in names, "ScheduledAction" in dir(scaling)))
    """)
    assert (star, listed) == (True, True)


def test_a_function_wins_over_its_own_file_of_the_same_name():
    assert (
        fresh("""
        import infra
        import pulumi_aws as aws
        aws.ec2.get_vpc  # reads the file, which Python then puts under the same name
        print(repr(type(aws.ec2.get_vpc).__name__))
    """)
        == "function"
    )
