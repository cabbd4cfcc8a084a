"""Guards: a bad stack file that gets through, one that is told in instalments, and a message that leaks a secret."""

import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook.settings import Environment
from runbook.stack_file import StackFileError, from_config, load

GOOD = """\
config:
  mockforge-cloud:address:
    hosted_zone: mockforge.dev
    host_name: staging.mockforge.dev
  mockforge-cloud:service:
    image: registry/mockforge:1
    version: "0.3.238"
  mockforge-cloud:scaling:
    minimum_tasks: 2
  mockforge-cloud:database:
    multi_az: false
  mockforge-cloud:notifications:
    emails: [ops@mockforge.dev]
  mockforge-cloud:contacts:
    on_call_engineer: { name: On call, reach: PagerDuty }
    engineering_lead: { name: Lead, reach: lead@mockforge.dev }
    infrastructure_team: { name: Infrastructure, reach: infra@mockforge.dev }
    security_team: { name: Security, reach: security@mockforge.dev }
"""

DOCUMENT: dict[str, Any] = yaml.safe_load(GOOD)


def dumped(document: object) -> str:
    return yaml.dump(document, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), allow_unicode=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def refusal(folder: Path, text: str | bytes, environment_name: str = "staging") -> str:
    file = folder / "Pulumi.staging.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(StackFileError) as refused:
        load(file, environment_name)
    return str(refused.value)


def test_a_right_file_becomes_an_environment(folder: Path):
    file = folder / "Pulumi.staging.yaml"
    file.write_text(GOOD)
    environment = load(file, "staging")
    assert (environment.name, environment.scaling.minimum_tasks) == ("staging", 2)
    assert environment.notifications.emails == ("ops@mockforge.dev",)


# --- one mistake each: what stands in the file, what stands there instead, the whole message --------------------------

MISTAKES: dict[str, tuple[str, str, str]] = {
    "a misspelt key": (
        "minimum_tasks: 2",
        "minimun_tasks: 3",
        "mockforge-cloud:scaling.minimun_tasks: 3   (line 9)\n    unknown key\n    hint: did you mean `minimum_tasks`?",
    ),
    "a key like none of the section's": (
        "multi_az: false",
        "zzz: 1",
        (
            "mockforge-cloud:database.zzz: 1   (line 11)\n    unknown key; allowed: kind, external_url_secret, "
            "app_url_secret, instance_class, engine_version, identifier, multi_az, storage_gib, maximum_storage_gib"
        ),
    ),
    "a key of another section": (
        "minimum_tasks: 2",
        "bake_minutes: 15",
        (
            "mockforge-cloud:scaling.bake_minutes: 15   (line 9)\n    unknown key\n"
            "    hint: `bake_minutes` is a key of deployment"
        ),
    ),
    "a misspelt section": (
        "mockforge-cloud:scaling:",
        "mockforge-cloud:scalling:",
        "mockforge-cloud:scalling: {…}   (line 8)\n    unknown section\n    hint: did you mean `scaling`?",
    ),
    "a section that takes the stack's name for a setting": (
        "config:",
        "config:\n  mockforge-cloud:name: production",
        (
            "mockforge-cloud:name: production   (line 2)\n    unknown section; allowed: location, address, network, "
            "service, deployment, scaling, database, storage, backups, logs, objectives, alerts, notifications, "
            "maintenance, contacts, firewall, budget, reports, protection"
        ),
    ),
    "a section without the project's name": (
        "mockforge-cloud:scaling:",
        "scaling:",
        "scaling: {…}   (line 8)\n    has no namespace in front\n    hint: did you mean `mockforge-cloud:scaling`?",
    ),
    "a misspelt project": (
        "mockforge-cloud:scaling:",
        "mockforge:scaling:",
        "mockforge:scaling: {…}   (line 8)\n    unknown namespace\n    hint: did you mean `mockforge-cloud:scaling`?",
    ),
    "a section outside config": (
        "config:",
        "mockforge-cloud:logs: {}\nconfig:",
        "mockforge-cloud:logs: {…}   (line 1)\n    unknown key; allowed: config\n    hint: move it below `config`",
    ),
    "a misspelt key beside config": (
        "config:",
        "encryptionsalts: v1\nconfig:",
        "encryptionsalts: v1   (line 1)\n    unknown key; allowed: config",
    ),
    "an empty section that has defaults": (
        "mockforge-cloud:scaling:\n    minimum_tasks: 2",
        "mockforge-cloud:scaling:",
        "mockforge-cloud:scaling   (line 8)\n    is empty: give it keys, or leave it out",
    ),
    "an empty section that needs keys": (
        "mockforge-cloud:notifications:\n    emails: [ops@mockforge.dev]",
        "mockforge-cloud:notifications: null",
        "mockforge-cloud:notifications: null   (line 12)\n    is empty; it needs emails",
    ),
    "a section that is a list": (
        "mockforge-cloud:scaling:\n    minimum_tasks: 2",
        "mockforge-cloud:scaling: [2]",
        "mockforge-cloud:scaling: […]   (line 8)\n    must be a mapping of keys; it is a list",
    ),
    "a missing section": (
        "  mockforge-cloud:notifications:\n    emails: [ops@mockforge.dev]\n",
        "",
        "mockforge-cloud:notifications\n    is missing; it needs emails",
    ),
    "a missing key": (
        "    hosted_zone: mockforge.dev\n",
        "",
        (
            "mockforge-cloud:address.hosted_zone\n"
            "    is missing: An existing public Route 53 zone; the certificate is validated in it"
        ),
    ),
    "a contact without a name": (
        "name: Lead",
        "name: ''",
        'mockforge-cloud:contacts.engineering_lead.name: ""   (line 16)\n    must not be empty',
    ),
    "a missing contact": (
        "    security_team: { name: Security, reach: security@mockforge.dev }\n",
        "",
        "mockforge-cloud:contacts.security_team\n    is missing; it needs name, reach",
    ),
    "a number as text": (
        "minimum_tasks: 2",
        'minimum_tasks: "2"',
        'mockforge-cloud:scaling.minimum_tasks: "2"   (line 9)\n    must be a number without quotes',
    ),
    "a word where a number is meant": (
        "minimum_tasks: 2",
        "minimum_tasks: two",
        "mockforge-cloud:scaling.minimum_tasks: two   (line 9)\n    must be a whole number, 1 to 200; it is text",
    ),
    "half a task": (
        "minimum_tasks: 2",
        "minimum_tasks: 2.5",
        "mockforge-cloud:scaling.minimum_tasks: 2.5   (line 9)\n    must be a whole number, 1 to 200",
    ),
    "a number without a value": (
        "minimum_tasks: 2",
        "minimum_tasks:",
        "mockforge-cloud:scaling.minimum_tasks   (line 9)\n    must be a whole number, 1 to 200; it is empty",
    ),
    "a list where one number is meant": (
        "minimum_tasks: 2",
        "minimum_tasks: [2, 3]",
        "mockforge-cloud:scaling.minimum_tasks: […]   (line 9)\n    must be a whole number, 1 to 200; it is a list",
    ),
    "a negative": (
        "minimum_tasks: 2",
        "minimum_tasks: -2",
        "mockforge-cloud:scaling.minimum_tasks: -2   (line 9)\n    must not be negative; allowed: 1 to 200",
    ),
    "a number out of range": (
        "minimum_tasks: 2",
        "minimum_tasks: 201",
        "mockforge-cloud:scaling.minimum_tasks: 201   (line 9)\n    must be 1 to 200",
    ),
    "a share of more than all": (
        "minimum_tasks: 2",
        "scale_out_cpu_percent: 100.5",
        "mockforge-cloud:scaling.scale_out_cpu_percent: 100.5   (line 9)\n    must be above 0 and at most 100",
    ),
    "a number without end": (
        "minimum_tasks: 2",
        "scale_out_cpu_percent: .inf",
        "mockforge-cloud:scaling.scale_out_cpu_percent: .inf   (line 9)\n    must be a finite number",
    ),
    "a version that YAML reads as a number": (
        'version: "0.3.238"',
        "version: 0.3",
        (
            'mockforge-cloud:service.version: 0.3   (line 7)\n    must be a version in quotes, as in "0.3.238"; '
            "it is a number"
        ),
    ),
    "a version that the engine reads as a date": (
        'version: "0.3.238"',
        "version: 2026-01-31",
        (
            "mockforge-cloud:service.version: 2026-01-31   (line 7)\n"
            '    is a date to Pulumi\'s engine, which rewrites it; quote it, as in "2026-01-31"'
        ),
    ),
    "an account without quotes, which loses its zero": (
        "config:",
        "config:\n  mockforge-cloud:location: {account_id: 012345678901}",
        (
            "mockforge-cloud:location.account_id: 012345678901   (line 2)\n"
            '    must be 12 digits in quotes, as in "123456789012"; it is a number'
        ),
    ),
    "a time without a colon": (
        "config:",
        "config:\n  mockforge-cloud:maintenance: {start: 0200}",
        (
            "mockforge-cloud:maintenance.start: 0200   (line 2)\n"
            '    must be a time of day in UTC, as in "02:00"; it is a number'
        ),
    ),
    "a time of another style": (
        "config:",
        'config:\n  mockforge-cloud:maintenance: {start: "2 AM"}',
        'mockforge-cloud:maintenance.start: "2 AM"   (line 2)\n    must be a time of day in UTC, as in "02:00"',
    ),
    "a free text that YAML reads as a number": (
        "name: Lead",
        "name: 42",
        "mockforge-cloud:contacts.engineering_lead.name: 42   (line 16)\n    is a number, and must be text: quote it",
    ),
    "a switch that is no YAML of today": (
        "multi_az: false",
        "multi_az: no",
        "mockforge-cloud:database.multi_az: no   (line 11)\n    must be true or false",
    ),
    "a switch in quotes": (
        "multi_az: false",
        'multi_az: "false"',
        'mockforge-cloud:database.multi_az: "false"   (line 11)\n    must be true or false, without quotes',
    ),
    "a choice cut short": (
        "config:",
        "config:\n  mockforge-cloud:maintenance: {weekday: sun}",
        (
            "mockforge-cloud:maintenance.weekday: sun   (line 2)\n    must be one of monday, tuesday, wednesday, "
            "thursday, friday, saturday, sunday\n    hint: did you mean `sunday`?"
        ),
    ),
    "a choice among numbers": (
        'version: "0.3.238"',
        "cpu_units: 500",
        "mockforge-cloud:service.cpu_units: 500   (line 7)\n    must be one of 256, 512, 1024, 2048, 4096, 8192, 16384",
    ),
    "one address where a list is meant": (
        "emails: [ops@mockforge.dev]",
        "emails: ops@mockforge.dev",
        (
            "mockforge-cloud:notifications.emails: ops@mockforge.dev   (line 13)\n"
            "    must be a list, in square brackets; it is text"
        ),
    ),
    "a list without entries": (
        "emails: [ops@mockforge.dev]",
        "emails: []",
        "mockforge-cloud:notifications.emails: […]   (line 13)\n    must have 1 to 10 entries",
    ),
    "a wrong entry of a list": (
        "emails: [ops@mockforge.dev]",
        "emails: [nobody]",
        "mockforge-cloud:notifications.emails[0]: nobody   (line 13)\n    must be an e-mail address",
    ),
    "a schedule that cannot be expressed": (
        "config:",
        "config:\n  mockforge-cloud:maintenance: {notice_weeks: 2}",
        (
            "mockforge-cloud:maintenance.notice_weeks: 2   (line 2)\n"
            "    no schedule can express 2 weeks before the month's first Sunday; at most 1"
        ),
    ),
    "a contradiction with a default": (
        "minimum_tasks: 2",
        "minimum_tasks: 11",
        "mockforge-cloud:scaling.minimum_tasks: 11   (line 9)\n    minimum_tasks (11) is above maximum_tasks (10)",
    ),
    "a contradiction whose key does not stand in the file": (
        "config:",
        'config:\n  mockforge-cloud:maintenance: {start: "23:00"}',
        (
            "mockforge-cloud:maintenance.duration_hours: 2   (default)\n"
            "    23:00 plus 2 hours crosses midnight UTC; end it by 24:00"
        ),
    ),
    "another region elsewhere": (
        "config:",
        "config:\n  aws:region: eu-west-1",
        (
            "aws:region: eu-west-1   (line 2)\n"
            "    contradicts mockforge-cloud:location.region (us-east-1), which alone decides; leave this one out"
        ),
    ),
    "a secret that Pulumi has encrypted": (
        'version: "0.3.238"',
        "secrets: {STRIPE_KEY: {secure: AAABAHpYq}}",
        (
            "mockforge-cloud:service.secrets.STRIPE_KEY: {…}   (line 7)\n"
            "    is an encrypted value, and secrets do not belong into a stack file: "
            "keep it in Secrets Manager, name it here"
        ),
    ),
    "a key twice": (
        "minimum_tasks: 2",
        "minimum_tasks: 2\n    minimum_tasks: 3",
        "mockforge-cloud:scaling.minimum_tasks: 2   (line 9)\n    stands twice, on lines 9 and 10; keep one",
    ),
    "a tag of YAML": (
        "minimum_tasks: 2",
        "minimum_tasks: !!int 2",
        (
            "mockforge-cloud:scaling.minimum_tasks: 2   (line 9)\n"
            "    has the YAML tag !!int; leave it out, and put text in quotes"
        ),
    ),
    "a variable in lower case": (
        'version: "0.3.238"',
        "environment: {log_level: debug}",
        (
            "mockforge-cloud:service.environment.log_level: (not shown)   (line 7)\n"
            "    must be the name of an environment variable in capitals, as in SENTRY_DSN"
        ),
    ),
    "a variable that the program sets itself": (
        'version: "0.3.238"',
        "environment: {PORT: '9000'}",
        "mockforge-cloud:service.environment.PORT: (not shown)   (line 7)\n    must not be set here: set service.port",
    ),
    "a network outside the private ranges": (
        "config:",
        "config:\n  mockforge-cloud:network: {cidr: 8.8.0.0/16}",
        (
            "mockforge-cloud:network.cidr: 8.8.0.0/16   (line 2)\n"
            "    must lie in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"
        ),
    ),
    "what is no network": (
        "config:",
        "config:\n  mockforge-cloud:network: {cidr: 10.20.0.1/16}",
        (
            "mockforge-cloud:network.cidr: 10.20.0.1/16   (line 2)\n"
            "    must be a network whose host bits are zero, as in 10.20.0.0/16"
        ),
    ),
}


@pytest.mark.parametrize(("right", "wrong", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_each_mistake_has_a_sentence_of_its_own(folder: Path, right: str, wrong: str, expected: str):
    assert GOOD.count(right) == 1
    message = refusal(folder, GOOD.replace(right, wrong))
    assert message == f"error: Pulumi.staging.yaml has 1 problem; nothing was changed\n  {expected}"


FILES: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "error: Pulumi.staging.yaml is empty; nothing was changed"),
    "only comments": ("# nothing\n", "error: Pulumi.staging.yaml is empty; nothing was changed"),
    "a list": ("- config\n", "error: Pulumi.staging.yaml is not a mapping; nothing was changed"),
    "a text": ("config\n", "error: Pulumi.staging.yaml is not a mapping; nothing was changed"),
    "without config": ("conf: {}\n", "error: Pulumi.staging.yaml has no `config`; nothing was changed"),
    "config is no mapping": (
        "config: 3\n",
        "error: `config` in Pulumi.staging.yaml is not a mapping of sections; nothing was changed",
    ),
}


@pytest.mark.parametrize(("text", "expected"), FILES.values(), ids=FILES)
def test_a_file_of_another_shape_is_told_how_one_begins(folder: Path, text: str, expected: str):
    assert refusal(folder, text) == (
        f"{expected}\n  it begins with `config:`, and below it stand `mockforge-cloud:address:` and the other sections"
    )


def test_sections_that_stand_above_config_are_told_where_they_belong(folder: Path):
    assert refusal(folder, "mockforge-cloud:logs: {}\n").endswith("hint: move `mockforge-cloud:logs` below `config`")


def test_invalid_yaml_is_told_with_line_and_column(folder: Path):
    assert refusal(folder, "config:\n  a: b: c\n") == (
        "error: Pulumi.staging.yaml is not valid YAML; nothing was changed\n"
        "  line 2, column 7: mapping values are not allowed in this context"
    )


UNREADABLE: dict[str, tuple[str | bytes, str]] = {
    "a control character": ("config:\n  a: \x01\n", "line 2: holds a character that YAML does not allow"),
    "two documents": ("config: {}\n---\nconfig: {}\n", "line 2, column 1: but found another document"),
    "an alias to itself": ("config: &a [*a]\n", "line 1, column 9: an alias refers to itself"),
    "an unknown alias": ("config: *a\n", "line 1, column 9: found undefined alias"),
    "aliases that multiply": (
        "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
        + "".join(f"{new}: &{new} [{','.join(['*' + old] * 10)}]\n" for old, new in zip("abcde", "bcdef", strict=True)),
        "holds more than 20000 values",
    ),
    "endless nesting": ("config: " + "[" * 900 + "]" * 900, "is nested too deeply"),
}


@pytest.mark.parametrize(("text", "expected"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_readable_yaml_is_refused_in_one_sentence(folder: Path, text: str, expected: str):
    message = refusal(folder, text)
    assert message == f"error: Pulumi.staging.yaml is not valid YAML; nothing was changed\n  {expected}"


def test_a_file_that_is_not_text_is_refused(folder: Path):
    message = refusal(folder, b"\xff\xfe\x00")
    assert message == "error: Pulumi.staging.yaml is not text in UTF-8; nothing was changed"


def test_a_folder_in_the_files_place_is_refused(folder: Path):
    (folder / "Pulumi.staging.yaml").mkdir()
    with pytest.raises(StackFileError, match=r"^error: Pulumi\.staging\.yaml cannot be read"):
        load(folder / "Pulumi.staging.yaml", "staging")


def test_a_missing_file_is_told_with_those_that_exist(folder: Path):
    (folder / "Pulumi.staging.yaml").write_text(GOOD)
    (folder / "Pulumi.production.yaml").write_text(GOOD)
    with pytest.raises(StackFileError) as refused:
        load(folder / "Pulumi.prod.yaml", "prod")
    assert str(refused.value) == (
        "error: there is no stack file Pulumi.prod.yaml; nothing was changed\n"
        "  environments here: production, staging\n"
        "  hint: did you mean `production`?"
    )


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Prod!", "must be lower-case letters, digits and single hyphens, and begin with a letter"),
        ("blue-", "must be lower-case letters, digits and single hyphens, and begin with a letter"),
        ("a--b", "must be lower-case letters, digits and single hyphens, and begin with a letter"),
        ("p", "must be 2 to 15 characters long"),
        ("productionproduction", "must be 2 to 15 characters long"),
    ],
)
def test_a_name_that_aws_would_not_take_is_refused(folder: Path, name: str, sentence: str):
    assert refusal(folder, GOOD, name) == (
        f"error: Pulumi.staging.yaml has 1 problem; nothing was changed\n  the environment's name, {name}, {sentence}"
    )


ABOVE = "config:\n  mockforge-cloud:budget: {monthly_usd: 0}\n  aws:region: x"


def test_every_problem_is_told_at_once_in_the_order_of_the_file(folder: Path):
    text = GOOD.replace("host_name: staging.mockforge.dev", "host: x").replace("minimum_tasks: 2", 'minimum_tasks: "2"')
    message = refusal(folder, text.replace("reach: PagerDuty", "reach: 7").replace("config:", ABOVE))
    assert message == (
        "error: Pulumi.staging.yaml has 6 problems; nothing was changed\n"
        "  mockforge-cloud:budget.monthly_usd: 0   (line 2)\n"
        "    must be 1 or more\n"
        "  aws:region: x   (line 3)\n"
        "    contradicts mockforge-cloud:location.region (us-east-1), which alone decides; leave this one out\n"
        "  mockforge-cloud:address.host_name\n"
        "    is missing: The service's name; it lies in the hosted zone\n"
        "  mockforge-cloud:address.host: x   (line 6)\n"
        "    unknown key\n"
        "    hint: did you mean `host_name`?\n"
        '  mockforge-cloud:scaling.minimum_tasks: "2"   (line 11)\n'
        "    must be a number without quotes\n"
        "  mockforge-cloud:contacts.on_call_engineer.reach: 7   (line 17)\n"
        "    is a number, and must be text: quote it"
    )


def test_what_the_engine_and_providers_write_is_accepted(folder: Path):
    file = folder / "Pulumi.staging.yaml"
    engine = "secretsprovider: awskms://alias/x\nencryptedkey: AQ==\nencryptionsalt: v1:abc=\n"
    file.write_text(engine + GOOD.replace("config:", "config:\n  aws:region: us-east-1\n  pulumi:tags: {a: b}"))
    assert load(file, "staging").location.region == "us-east-1"


# --- secrets ---------------------------------------------------------------------------------------------------------

LEAKS = {
    "in a variable": ('version: "0.3.238"', "environment: {API: [hunter2hunter2]}"),
    "in place of a secret's name": ("multi_az: false", "app_url_secret: 'postgres: hunter2hunter2'"),
    "in a map of secrets": ('version: "0.3.238"', "secrets: {API: 'hunter2 hunter2hunter2'}"),
    "under a key that sounds like one": ("multi_az: false", "password: hunter2hunter2"),
    "in a database address": ("ops@mockforge.dev", "'postgres://owner:hunter2hunter2@host/db'"),
    "in a wrong section": ("minimum_tasks: 2", "cidr: 'postgres://owner:hunter2hunter2@host/db'"),
    "as a network": ("config:", "config:\n  mockforge-cloud:network: {cidr: 'x://o:hunter2hunter2@host/db'}"),
    "as a long key": ("multi_az: false", f"instance_class: {'hunter2hunter2' * 3}"),
    "inside a mapping": ("multi_az: false", "credentials: {a: hunter2hunter2}"),
}


@pytest.mark.parametrize(("right", "wrong"), LEAKS.values(), ids=LEAKS)
def test_a_secret_that_was_put_into_the_file_is_not_repeated(folder: Path, right: str, wrong: str):
    assert "hunter2" not in refusal(folder, GOOD.replace(right, wrong))


def test_the_name_of_a_secret_may_be_shown(folder: Path):
    message = refusal(folder, GOOD.replace("multi_az: false", "external_url_secret: team/database-url"))
    assert "external_url_secret: team/database-url   (line 11)" in message


def test_a_long_value_is_shortened(folder: Path):
    message = refusal(folder, GOOD.replace("host_name: staging.mockforge.dev", f"host_name: {'Long ' * 40}"))
    shown = message.splitlines()[1]
    assert shown.endswith("…   (line 4)")
    assert len(shown) < 120


# --- what the engine hands over --------------------------------------------------------------------------------------


def sections() -> dict[str, Any]:
    return {key.removeprefix("mockforge-cloud:"): value for key, value in copy.deepcopy(DOCUMENT)["config"].items()}


def test_the_engines_values_become_the_same_environment(folder: Path):
    file = folder / "Pulumi.staging.yaml"
    file.write_text(GOOD)
    assert from_config(sections(), "staging", "here") == load(file, "staging")


def test_the_engines_values_are_told_with_the_same_sentences_without_lines():
    wrong: dict[str, Any] = {
        **sections(),
        "scaling": {"minimum_tasks": "2"},
        "budget": "",
        "logs": {"retention_days": 31},
    }
    wrong["service"] = {**wrong["service"], "secrets": {"KEY": {"secure": "[secret]"}}}
    with pytest.raises(StackFileError) as refused:
        from_config(wrong, "staging", "Pulumi.staging.yaml")
    assert str(refused.value) == (
        "error: Pulumi.staging.yaml has 4 problems; nothing was changed\n"
        "  mockforge-cloud:service.secrets.KEY: {…}\n"
        "    is an encrypted value, and secrets do not belong into a stack file: "
        "keep it in Secrets Manager, name it here\n"
        '  mockforge-cloud:scaling.minimum_tasks: "2"\n'
        "    must be a number without quotes\n"
        "  mockforge-cloud:logs.retention_days: 31\n"
        "    must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731\n"
        "  mockforge-cloud:budget\n"
        "    is empty: give it keys, or leave it out"
    )


def test_the_body_is_for_callers_that_say_error_themselves():
    with pytest.raises(StackFileError) as refused:
        from_config({}, "staging", "Pulumi.staging.yaml")
    assert str(refused.value) == f"error: {refused.value.body}"


def test_reading_a_stack_file_needs_no_pulumi_and_no_aws_client():
    script = "import sys, runbook.stack_file; print([m for m in sys.modules if m in ('pulumi', 'boto3')])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


# --- properties ------------------------------------------------------------------------------------------------------

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
KEYS = [
    (section, key)
    for section, keys in Environment.model_json_schema()["$defs"].items()
    for key in keys.get("properties", {})
    if section != "Contact"
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("garbage") / "Pulumi.staging.yaml"


@settings(max_examples=150, deadline=None)
@given(key=st.sampled_from(KEYS), value=VALUES)
def test_any_value_in_any_key_is_accepted_or_refused_but_never_a_crash(place: Path, key: tuple[str, str], value: Any):
    document = copy.deepcopy(DOCUMENT)
    section = f"mockforge-cloud:{key[0].lower()}"
    document["config"].setdefault(section, {})[key[1]] = value
    place.write_text(dumped(document), encoding="utf-8")
    try:
        environment = load(place, "staging")
    except StackFileError as error:
        assert str(error).startswith("error: Pulumi.staging.yaml ")  # noqa: PT017 - either outcome is right
    else:
        assert isinstance(environment, Environment)


@settings(max_examples=100, deadline=None)
@given(document=VALUES)
def test_any_yaml_document_is_accepted_or_refused_but_never_a_crash(place: Path, document: Any):
    place.write_text(dumped(document), encoding="utf-8")
    with pytest.raises(StackFileError, match="nothing was changed"):
        load(place, "staging")


@settings(max_examples=100, deadline=None)
@given(raw=st.text(max_size=60))
def test_any_text_is_refused_but_never_a_crash(place: Path, raw: str):
    place.write_text(raw, encoding="utf-8")
    with pytest.raises(StackFileError, match="nothing was changed"):
        load(place, "staging")


@settings(max_examples=50, deadline=None)
@given(
    minimum=st.integers(1, 4),
    more=st.integers(0, 6),
    cpu=st.floats(62, 84, allow_nan=False),
    bake=st.integers(0, 1440),
    start=st.sampled_from(["02:00", "12:30", "00:07", "09:59"]),
    reach=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20),
    version=st.none() | st.sampled_from(["0.3.238", "1.0.0+2026-01-31", "010.1.1"]),
    emails=st.lists(st.sampled_from(["a@b.co", "1@2.3", "no@on.off"]), min_size=1, max_size=3),
)
def test_what_is_written_reads_back_the_same(  # noqa: PLR0917 - one argument for each kind of value
    place: Path, minimum: int, more: int, cpu: float, bake: int, start: str, reach: str, version: str, emails: list[str]
):
    values = sections()
    values["scaling"] = {"minimum_tasks": minimum, "maximum_tasks": minimum + more, "scale_out_cpu_percent": cpu}
    values["deployment"] = {"bake_minutes": bake}
    values["maintenance"] = {"start": start}
    values["backups"] = {"daily_start": "17:00", "restore_test_start": "19:00"}
    values["notifications"] = {"emails": emails}
    values["contacts"]["security_team"]["reach"] = reach
    values["service"]["version"] = version
    environment = from_config(values, "staging", "here")

    everything = json.loads(environment.model_dump_json(exclude={"name"}))
    written = {f"mockforge-cloud:{section}": keys for section, keys in everything.items()}
    place.write_text(dumped({"config": written}), encoding="utf-8")
    assert load(place, "staging") == environment


def test_the_projects_own_stack_files_load_from_anywhere(folder: Path, project_root: Path):
    for name in ("staging", "production"):
        copy = shutil.copy(project_root / f"Pulumi.{name}.yaml", folder)
        assert load(Path(copy), name).prefix == f"mockforge-{name}"
