"""AWS without AWS: the Pulumi engine, a stand-in for its AWS and random providers, and scratch workspaces.

Nothing here imports the rest of the project, opens a connection to a cloud or reads an AWS credential.
"""
