"""What must exist before the first `up`: one CloudFormation stack per environment."""
