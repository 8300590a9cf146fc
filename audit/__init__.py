"""What can be proven: an append-only log of events, one chain a team, and the blobs it speaks of."""
