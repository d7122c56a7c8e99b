"""The one table that all pages read."""
