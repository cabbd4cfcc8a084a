"""What an operation needs to answer."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from offline.clock import OfflineClock
from offline.provider.store import Row, Store


@dataclass(frozen=True, kw_only=True)
class Asking:
    """One request: what was asked, of which region, and the cloud it is answered from."""

    cloud: Store
    clock: OfflineClock
    region: str
    parameters: Mapping[str, Any]
    """As boto3 takes them; botocore has checked them."""

    @property
    def now(self) -> datetime:
        """The offline clock's."""
        return self.clock.now()

    def __getitem__(self, name: str) -> Any:
        """A required parameter."""
        return self.parameters[name]

    def get(self, name: str, otherwise: Any = None) -> Any:
        """An optional one."""
        return self.parameters.get(name, otherwise)

    def rows(self, type_tail: str, *, everywhere: bool = False) -> Iterator[Row]:
        """Resources of a type (`ecs/service:Service`) in the region asked, or in all."""
        for row in self.cloud.all(type_tail):
            if everywhere or row.region in (self.region, "global"):
                yield row


Operation = Callable[[Asking], dict[str, Any]]
Operations = Mapping[str, Operation]
"""Name of the operation (`DescribeServices`) to what answers it."""
