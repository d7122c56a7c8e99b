"""What people claim in a small language, compared with the figures."""
