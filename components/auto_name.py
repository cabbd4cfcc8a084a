"""Names that AWS keeps short: the engine appends `-` and seven characters, and too long is an error, not a cut."""

# Load balancers and target groups: 32 characters (Elastic Load Balancing), less the eight appended.
LONGEST_CHARACTERS = 24


def short_name(logical_name: str) -> str:
    """The name as it was given. Raises ValueError when AWS would refuse it with what the engine appends."""
    if len(logical_name) > LONGEST_CHARACTERS:
        raise ValueError(
            f"{logical_name!r} has {len(logical_name)} characters; "
            f"a load balancer's or target group's name has at most {LONGEST_CHARACTERS}; shorten the component's"
        )
    return logical_name
