"""`mfcloud status`: one screen of an environment."""
