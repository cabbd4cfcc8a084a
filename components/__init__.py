"""Pulumi components, one per file; each is given its own section of the settings and its neighbours' outputs."""
