"""Pulumi: opens a stack, runs the engine, and turns what happened into a plan that people read."""
