"""Scripts of the sample's sessions, one module for each agent's everyday work and one for what is planted in it."""
