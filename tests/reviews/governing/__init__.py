"""A small world in which policy is walked through at random, and an auditor who counts for himself."""
