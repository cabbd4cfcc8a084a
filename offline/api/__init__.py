"""AWS's own interface over the offline cloud: real boto3 clients, answered from the store instead of the network.

botocore checks each request against its model before it comes here; paginators and waiters work as ever. One file per
service, one function per operation, and only those that the commands call. Whatever has no function here is refused by
name: no answer is better than a made-up one.
"""

from offline.api.connecting import client
from offline.api.refusal import Refusal

__all__ = ["Refusal", "client"]
"""`client` makes a boto3 client of a service over a store."""
