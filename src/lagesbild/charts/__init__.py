"""Charts: rows in, a matplotlib figure out, and that as accessible SVG."""
