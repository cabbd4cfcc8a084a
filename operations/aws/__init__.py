"""Asking AWS: clients, the manifest, and what its refusals mean."""
