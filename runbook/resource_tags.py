"""Tags that every resource carries: they tell costs apart, and find what an interrupted run left behind."""

SERVICE_TAG = "Service"
SERVICE = "mockforge-cloud"
ENVIRONMENT_TAG = "Environment"
"""Costs are told apart by this tag; it must be activated once in the account's billing settings."""
PROGRAM_NAME_TAG = "PulumiName"
"""The name that the program gave the resource (`network-private-a`). With the type it says which of the program's
resources this is, also where AWS made up the id and nobody could write it down any more. Not the URN: a tag's value
has no `$`, and a component that moves would change the tags of everything in it."""
