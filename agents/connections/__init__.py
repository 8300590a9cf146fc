"""A team's accounts with who serves Claude: what signs in, what may be sent there, and what the key may do."""
