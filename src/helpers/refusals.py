"""The base of every error that a user can mend: its message holds value, place and remedy."""


class Refusal(ValueError):
    """Something that was asked for, or lies in a file, cannot be used as it is."""
