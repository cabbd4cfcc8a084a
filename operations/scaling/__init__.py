"""`mfcloud scale`: the number of tasks, and what autoscaling will do next."""
