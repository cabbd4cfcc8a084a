"""Code that runs in AWS Lambda: standard library and boto3 only, one folder per function.

Nothing here imports anything of ours from outside this folder, so a function's package is its folder, `common` and
this file. Handlers are named `functions.<folder>.handler.handler`.
"""
