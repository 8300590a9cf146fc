"""One thing or one person through time: all that happened to it, all that it did, and what belongs to it."""
