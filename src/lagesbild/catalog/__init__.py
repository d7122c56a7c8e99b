"""The hand-made catalogue: what is measured, where it stands on the pages, and who publishes it."""
