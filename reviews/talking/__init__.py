"""What people say to each other about changes, and what they are told."""
