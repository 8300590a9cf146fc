"""Checkpoints: the root of a log at a size, signed, and told to places where nobody can take it back."""
