"""The regional support analysis: who is supported, by what, in a region's municipalities."""
