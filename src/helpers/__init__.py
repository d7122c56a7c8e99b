"""What notebooks share: what one writes in a cell."""
