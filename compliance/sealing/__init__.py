"""That the trail is sealed: checkpoints by mail, how old the newest confirmed one is, and alarms."""
