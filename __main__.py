"""Where Pulumi starts the program: everything of substance is in `infra`."""

from infra.environment import program

program()
