"""Sizes that AWS sells and requests that are nobody's: typed from AWS's pages, apart from the product's tables."""

import pytest

from runbook.database_classes import DATABASE_CLASS_MEMORY_GIB, max_connections
from runbook.fargate import FARGATE_MEMORY_MIB
from runbook.probes import outside_probes_per_minute, probes_per_minute
from tests.environments import environment


@pytest.mark.parametrize(
    ("cpu_units", "smallest_gib", "largest_gib", "sizes"),
    # ECS developer guide, "Fargate task CPU and memory"
    [
        (256, 0.5, 2, 3),
        (512, 1, 4, 4),
        (1024, 2, 8, 7),
        (2048, 4, 16, 13),
        (4096, 8, 30, 23),
        (8192, 16, 60, 12),
        (16384, 32, 120, 12),
    ],
)
def test_memory_goes_with_cpu_as_fargate_sells_it(cpu_units: int, smallest_gib: float, largest_gib: int, sizes: int):
    memory = FARGATE_MEMORY_MIB[cpu_units]
    assert (memory[0], memory[-1], len(memory)) == (smallest_gib * 1024, largest_gib * 1024, sizes)
    assert list(memory) == sorted(set(memory))


def test_every_cpu_size_of_the_settings_has_its_memory():
    assert list(FARGATE_MEMORY_MIB) == [256, 512, 1024, 2048, 4096, 8192, 16384]


@pytest.mark.parametrize(
    ("instance_class", "memory_gib"),
    [("db.t4g.small", 2), ("db.t4g.medium", 4), ("db.m7g.large", 8), ("db.m7g.xlarge", 16), ("db.r8g.xlarge", 32)],
)
def test_a_database_class_has_the_memory_that_aws_says(instance_class: str, memory_gib: int):
    assert DATABASE_CLASS_MEMORY_GIB[instance_class] == memory_gib


@pytest.mark.parametrize("instance_class", DATABASE_CLASS_MEMORY_GIB)
def test_fewer_connections_are_promised_than_the_classes_full_memory_would_open(instance_class: str):
    # RDS: LEAST(DBInstanceClassMemory / 9531392, 5000), and that memory is less than the class's
    full = DATABASE_CLASS_MEMORY_GIB[instance_class] * 1024**3 / 9_531_392
    assert full * 0.7 < max_connections(instance_class) < full


def test_postgresql_never_opens_more_than_5000():
    assert max(map(max_connections, DATABASE_CLASS_MEMORY_GIB)) <= 5_000


def test_an_unknown_class_is_a_key_error():
    with pytest.raises(KeyError):
        max_connections("db.x1.huge")


def test_sixteen_checkers_every_half_minute_are_32_requests_a_minute():
    assert outside_probes_per_minute(environment()) == 32


def test_a_faster_outside_check_asks_three_times_as_often():
    assert outside_probes_per_minute(environment(alerts={"outside_check_seconds": 10})) == 96


def test_a_task_answers_one_load_balancer_node_in_each_zone_every_10_seconds_and_the_outside_check():
    assert probes_per_minute(environment()) == 3 * 6 + 32
    assert probes_per_minute(environment(network={"zones": ("a", "b")})) == 2 * 6 + 32
