"""The engine of the situation report: what an edition needs whether or not a notebook exists."""
