"""The rows of the catalogue, a file per area of AWS. Sources: the AWS guides and the provider's documentation."""
