"""An officer's first page, and the map of controls."""
