"""What memory calls for: copies, contradictions, what is past, refused, harmful, or built on what was superseded."""
