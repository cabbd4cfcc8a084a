"""The locked requirements agree with what is asked for, with each other, and name nothing but packages and hashes."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(
    r"^([A-Za-z0-9._-]+)(?:\[[^\]]+\])?==([^\s;]+)(?: ;[^\\]+)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)",
    re.MULTILINE,
)


def asked_for(file: str) -> list[Requirement]:
    lines = [line.partition("  #")[0].strip() for line in (ROOT / file).read_text().splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]


def pinned(file: str) -> dict[str, set[Version]]:
    pins: dict[str, set[Version]] = {}
    for name, version, _ in PIN.findall((ROOT / file).read_text()):
        pins.setdefault(canonicalize_name(name), set()).add(Version(version))
    return pins


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_what_is_asked_for_is_pinned_in_the_range_asked_for(name: str):
    pins = pinned(f"{name}.txt")
    unmet = [
        str(one)
        for one in asked_for(f"{name}.in")
        if not all(version in one.specifier for version in pins.get(canonicalize_name(one.name), {Version("0")}))
    ]
    assert unmet == []


def test_the_development_set_holds_every_pin_of_the_runtime_set():
    development = pinned("requirements-dev.txt")
    differing = {
        name: (pins, development.get(name))
        for name, pins in pinned("requirements.txt").items()
        if development.get(name) != pins
    }
    assert differing == {}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_line_is_a_package_with_hashes_or_a_comment(name: str):
    text = (ROOT / name).read_text()
    rest = [line for line in PIN.sub("", text).splitlines() if line and not line.lstrip().startswith("#")]
    assert (rest, len(PIN.findall(text)) > 30) == ([], True)


def test_provider_packages_are_recent_enough_for_pause_hooks():
    assert min(pinned("requirements.txt")["pulumi-aws"]) >= Version("7.51")
