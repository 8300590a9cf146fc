"""What memory was at any moment, and who could read it then: from versions, deliveries and the history of access."""
