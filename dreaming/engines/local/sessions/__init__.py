"""What recurs over sessions and agents: mistakes, successes, workflows, preferences, practices, and when."""
