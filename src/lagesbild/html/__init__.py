"""Components of a page, and how they become accessible HTML."""
