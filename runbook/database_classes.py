"""RDS instance classes this project knows: memory, and how many connections PostgreSQL opens on them.

A class that is missing here is added as a row. Memory: Amazon RDS user guide, "Hardware specifications for DB instance
classes".
"""

DATABASE_CLASS_MEMORY_GIB: dict[str, int] = {
    "db.t4g.micro": 1,
    "db.t4g.small": 2,
    "db.t4g.medium": 4,
    "db.t4g.large": 8,
    "db.t4g.xlarge": 16,
    "db.m7g.large": 8,
    "db.m7g.xlarge": 16,
    "db.m7g.2xlarge": 32,
    "db.m8g.large": 8,
    "db.m8g.xlarge": 16,
    "db.r7g.large": 16,
    "db.r7g.xlarge": 32,
    "db.r8g.large": 16,
    "db.r8g.xlarge": 32,
}

# RDS sets max_connections to LEAST(DBInstanceClassMemory / 9531392, 5000); DBInstanceClassMemory is what the operating
# system and RDS leave over, so the class's full memory would promise connections that do not exist.
BYTES_PER_CONNECTION = 9_531_392
USABLE_MEMORY_RATIO = 0.85
CONNECTION_CEILING = 5_000


def max_connections(instance_class: str) -> int:
    """Connections PostgreSQL can be counted on to open on this class; raises KeyError for a class without a row."""
    usable_bytes = DATABASE_CLASS_MEMORY_GIB[instance_class] * 1024**3 * USABLE_MEMORY_RATIO
    return min(int(usable_bytes / BYTES_PER_CONNECTION), CONNECTION_CEILING)
