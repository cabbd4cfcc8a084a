"""The public hosted zone of the settings in Route 53."""

from typing import Any

from operations.aws.clients import Clients


def public_zone_ids(clients: Clients, name: str) -> list[str]:
    """Identifiers of the public zones of exactly that name in this account; more than one is a mistake to be told."""
    route53: Any = clients.client("route53")
    found: list[str] = []
    asked: dict[str, str] = {"DNSName": name}
    while True:
        page = route53.list_hosted_zones_by_name(**asked)
        for zone in page["HostedZones"]:  # sorted by name, so the first other name ends the search
            if zone["Name"].rstrip(".") != name:
                return found
            if not zone.get("Config", {}).get("PrivateZone"):
                found.append(str(zone["Id"]).rpartition("/")[2])
        if not page["IsTruncated"]:
            return found
        asked = {"DNSName": page["NextDNSName"], "HostedZoneId": page["NextHostedZoneId"]}
