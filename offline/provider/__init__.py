"""Stand-ins for Pulumi's AWS and random providers: a gRPC server, a table of resource types and a small cloud.

`catalog.resource_type(token)` answers what a type is called, what AWS computes for it and what replaces it.
`store.Store` is the cloud's memory. `server.serve` speaks the provider protocol over both. Importing this package
costs only the standard library; grpc comes in with `server`.
"""
