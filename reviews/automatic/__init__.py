"""Automatic mode: what dreams propose is applied without a vote where the policy says so, and nowhere else."""
