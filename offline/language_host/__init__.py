"""A stand-in for Pulumi's Python language host, which comes with Pulumi's installer and in no package registry.

With it `pulumi preview --stack staging` runs on the project's own `Pulumi.yaml` where only the engine is there. It
steps back where Pulumi's own host is installed: see `offline.command_line`.
"""
