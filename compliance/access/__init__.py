"""Access reviews: who could approve what at a moment, and whether authors ever approved their own."""
