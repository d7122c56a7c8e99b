"""What people claim in a small language, held against the figures."""
