"""The statistics: DataFrames in, DataFrames out; nothing of ours is imported here."""
