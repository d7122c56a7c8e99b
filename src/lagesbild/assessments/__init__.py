"""What people judged, planned and did, beside the figures."""
