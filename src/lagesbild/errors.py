"""Why something was refused: each says value, place and remedy, and no traceback is shown for it."""


class Refusal(ValueError):
    """Something that was asked for, or lies in a file, cannot be used as it is: value, place and remedy."""


class SourceError(Refusal):
    """A request or an answer that cannot be used: service, request, what happened, remedy."""


class TooLargeError(SourceError):
    """A request that the service did not take as a whole; it may take its parts."""


class ExchangeError(Exception):
    """One exchange that went wrong, before it is known whether another attempt will help.

    `again`: the same request may succeed later. `outage`: the service gave no answer at all, so other requests
    may fare no better. `wait`: seconds that the service asked us to wait. `too_large`: it takes a smaller request.
    """

    def __init__(
        self,
        what: str,
        remedy: str,
        *,
        again: bool = False,
        outage: bool = False,
        wait: float | None = None,
        too_large: bool = False,
    ):
        super().__init__(what)
        self.what, self.remedy, self.again, self.outage, self.wait = what, remedy, again, outage, wait
        self.too_large = too_large


class ContentError(ValueError):
    """What an answer says that cannot be used, and the remedy, before it is known which request brought it."""

    def __init__(self, what: str, remedy: str = ""):
        super().__init__(f"{what}. {remedy}" if remedy else what)
        self.what, self.remedy = what, remedy
