"""PxWeb, the database software of SCB (PxWebApi 2) and of Folkhälsomyndigheten (version 1).

Tables are found by id and everything in them by label: codes are read from the table's own metadata. Only
POST is used for figures: a GET without a selection silently gives a default slice.
"""

from .adapter import PxWebAdapter, PxWebV1Adapter

__all__ = ["PxWebAdapter", "PxWebV1Adapter"]
