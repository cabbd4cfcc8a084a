"""Where Pulumi starts the program: everything of substance is in `infra`."""

import gc

gc.set_threshold(1_000_000, 50, 100)  # pulumi_aws makes a million objects that stay: a third of the time went into them

from infra.environment import program  # noqa: E402

program()
gc.freeze()  # and another second at the end
