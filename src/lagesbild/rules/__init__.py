"""The rules that a report follows: directions, what is compared, what matters most."""
