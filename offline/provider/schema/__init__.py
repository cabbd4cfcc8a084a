"""AWS's published rules about one resource, in Pulumi's spelling, and the judge of a resource's inputs.

`data/` holds one file per type that the catalogue knows, distilled from three sources: the provider's own Python
classes (names, types, what is required), AWS's resource schemas as the package cfn-lint carries them, and the service
models of botocore. The files are checked in: judging needs none of the three, and a new edition of AWS's rules is a
diff that a person can read. `python -m offline.provider.schema.distil` writes them; a test compares.
"""
