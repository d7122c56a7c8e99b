"""What the notebooks of a situation report (lägesbild) share: from official figures to pages.

Rooms import only from the rooms above them; `tests/test_architecture.py` keeps the order.
"""
