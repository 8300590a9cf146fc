"""Search over what a team holds: what is written notes that it is due, the tick indexes it, `finding` looks it up."""
