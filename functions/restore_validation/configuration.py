"""Checks of the newest configuration backup in a restored bucket, against the checksums that it carries itself.

Comparing with the source proves a good copy; this proves that what was copied can be used.
"""

from functions.common.aws import Clients
from functions.common.configuration_document import FOLDER, DamagedBackupError, read_back
from functions.restore_validation.verdicts import Check


def configuration_checks(clients: Clients, *, restored: str) -> list[Check]:
    """One check. Object names are dates, so the last name is the newest. Raises botocore's errors."""
    newest = ""
    for page in clients.pages("s3", "list_objects_v2", Bucket=restored, Prefix=f"{FOLDER}/"):
        newest = max([newest, *(str(one["Key"]) for one in page.get("Contents", []))])
    if not newest:
        return [Check(name="configuration", good=False, found=f"no backup under {FOLDER}/")]
    body = clients("s3").get_object(Bucket=restored, Key=newest)["Body"].read()
    try:
        sections = read_back(body)
    except DamagedBackupError as error:
        return [Check(name="configuration", good=False, found=f"{newest} {error}")]
    return [Check(name="configuration", good=True, found=f"{newest} reads back, {len(sections)} sections")]
