"""Chart rows to figures, and figures to inline SVG. Pages need only `look`, which imports no matplotlib."""
