"""The regional analysis as slides: what the page recorded, drawn with native charts and tables."""
