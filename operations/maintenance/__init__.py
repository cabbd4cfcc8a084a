"""`mfcloud maintenance`: dates, notices, the word to the checklist, mutes."""
