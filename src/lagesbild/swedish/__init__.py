"""What readers read: numbers, findings and judgements as Swedish sentences."""
