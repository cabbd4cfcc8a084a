"""`mfcloud smoke-test` and `page-test`."""
