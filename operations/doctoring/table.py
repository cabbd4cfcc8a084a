"""The checks, in the order in which one mistake explains the next."""

from operations.doctoring import account, application, machine, people
from operations.doctoring.check import Check

CHECKS = (
    Check(name="engine", look=machine.engine),
    Check(name="credentials", look=account.credentials),
    Check(name="regions", look=account.regions),
    Check(name="state and key", look=account.state),
    Check(name="roles' boundary", look=account.boundary),
    Check(name="service roles", look=account.service_roles),
    Check(name="quotas", look=account.quotas),
    Check(name="hosted zone", look=application.hosted_zone),
    Check(name="image", look=application.image),
    Check(name="secrets", look=application.secrets),
    Check(name="database", look=application.database),
    Check(name="row security", look=application.row_security),
    Check(name="PagerDuty", look=people.pagerduty),
    Check(name="e-mail", look=people.emails),
)
