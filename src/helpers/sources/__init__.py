"""The services and files that figures come from, and the snapshot that they are all written to."""
