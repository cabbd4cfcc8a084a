"""What a person runs so that Pulumi's state is true again after a recovery. Pure.

The program and the stack file are true already: the name, and all that is made from it, has stayed. Only Pulumi's
state still means the instance of before, by its resource id. `pulumi import` refuses a name that is in the state, and
`pulumi state delete` one that others depend on; so the id is put right in an export (decision 0020).
"""

PROJECT = "mockforge-cloud"
ANY_ID = "db-[A-Z0-9]*"


def database_urn(environment: str) -> str:
    """Of the instance in this program."""
    return f"urn:pulumi:{environment}::{PROJECT}::mockforge:cloud:Database$aws:rds/instance:Instance::database"


def lines(environment: str, *, before: str | None, after: str) -> list[str]:
    """Command lines, in order. `before` and `after`: resource ids (`db-…`); `before` None where it is not known."""
    export, edited = f"{environment}-before-recovery.json", f"{environment}-recovered.json"
    return [
        f"pulumi stack export --stack {environment} --file {export}",
        f"""sed 's/"id": "{before or ANY_ID}"/"id": "{after}"/' {export} > {edited}""",
        f"pulumi stack import --stack {environment} --file {edited}",
        f"pulumi refresh --stack {environment} --yes --skip-preview --target '{database_urn(environment)}'",
        f"./mfcloud preview {environment}",
        f"./mfcloud up {environment}",
    ]


EXPECTED = (
    "The preview must not replace or delete anything. It changes the alarm of the database's disk and the dashboard, "
    "which know the instance by its resource id, and takes the recovery's tags off; the stack file stays as it is."
)
