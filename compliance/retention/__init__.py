"""How long a team keeps what: set by two people (`keeping`), and emptied once a day (`emptying`)."""
