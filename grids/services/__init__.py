"""Verbs of the ground, by subject: places, nearby, postings, selecting, amending. Import the module that has the verb."""
