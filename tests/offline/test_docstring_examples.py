"""No false refusal: what the provider's documentation shows is accepted, but for what AWS would refuse as well."""

from collections import Counter
from collections.abc import Iterator

import pytest

from offline.provider import naming
from offline.provider.catalog import catalog
from offline.provider.facts import Facts
from offline.provider.schema import rule
from tests.harness import Registered
from tests.offline.docstring_examples import Example, examples, run

REFUSED_RIGHTLY = {
    ("Canary", 'executionRoleArn: "some-role" does not have the form'): "a placeholder that is no ARN",
    ("EventRule", "needs one of eventPattern, scheduleExpression"): "the example is about the target and cuts the rule",
    ("EventSourceMapping", "topics: has 2 entries; at most 1"): "Lambda reads one topic per mapping (API reference)",
    ("Instance", "the secret value has 3 characters; at least 8"): 'the password of the example is "bar"',
    ("LoadBalancer", "needs exactly one of subnets, subnetMappings"): "the example is about the listener",
    ("Policy", "1234567890:"): "an account number of ten digits; AWS's have twelve",
}
"""Type and a piece of the sentence → why AWS would refuse the example too."""
NOT_RUN_AT_MOST = 75


def bodies() -> Iterator[tuple[Example, Registered | None]]:
    for example in examples():
        try:
            found = run(example)
        except (Exception, SystemExit):  # noqa: BLE001 (an example may be broken in any way; `NOT_RUN_AT_MOST` counts)
            yield example, None
            continue
        for one in found:
            yield example, one


def refusals(body: Registered) -> list[str]:
    row = catalog()[body.type]
    facts = Facts(urn=body.urn, name=body.name, inputs={})
    inputs = naming.named(row, body.name, news=body.raw_inputs, olds={}, facts=facts)
    return [one.reason for one in rule.refusals(body.type, inputs)]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_at_least_two_hundred_bodies_from_the_providers_own_examples_are_accepted(capsys):
    types: Counter[str] = Counter()
    not_run, used, wrong = 0, set(), []
    for example, body in bodies():
        if body is None:
            not_run += 1
            continue
        types[body.type] += 1
        for reason in refusals(body):
            known = [key for key in REFUSED_RIGHTLY if body.type.endswith(f":{key[0]}") and key[1] in reason]
            used.update(known)
            if not known:
                wrong.append(f"{example.of} #{example.number}, {body}: {reason}")
    with capsys.disabled():
        print(f"\n{sum(types.values())} bodies of {len(types)} types judged, {not_run} examples could not be run")  # noqa: T201
    assert wrong == []
    assert sum(types.values()) >= 200
    assert len(types) >= 100
    assert not_run <= NOT_RUN_AT_MOST
    assert used >= set(REFUSED_RIGHTLY)
