"""How one check of a restored resource ended."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the record."""

    name: str
    good: bool
    found: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What AWS Backup and people are told of one restored resource."""

    kind: str
    """database, objects or configuration."""
    checks: Sequence[Check]

    @property
    def good(self) -> bool:
        """Something was checked, and all of it is good."""
        return bool(self.checks) and all(check.good for check in self.checks)

    @property
    def reason(self) -> str:
        """One line for people."""
        if self.good:
            return f"{len(self.checks)} checks, all good: " + "; ".join(
                f"{one.name} {one.found}" for one in self.checks
            )
        bad = [f"{one.name}: {one.found}" for one in self.checks if not one.good]
        return "; ".join(bad) or "nothing was checked"
