"""Why something was refused: each says value, place and remedy, and no traceback is shown for it."""


class Refusal(ValueError):
    """Something that was asked for, or lies in a file, cannot be used as it is: value, place and remedy."""


class SourceError(Refusal):
    """A request or an answer that cannot be used: service, request, what happened, remedy."""


class ExchangeError(Exception):
    """One exchange that went wrong, before it is known whether another attempt will help.

    `again`: the same request may succeed later. `outage`: the service itself did not answer, so other
    requests will fare no better. `wait`: seconds that the service asked us to wait.
    """

    def __init__(self, what: str, remedy: str, *, again: bool = False, outage: bool = False, wait: float | None = None):
        super().__init__(what)
        self.what, self.remedy, self.again, self.outage, self.wait = what, remedy, again, outage, wait


class ContentError(ValueError):
    """What an answer says that cannot be used, and the remedy, before it is known which request brought it."""

    def __init__(self, what: str, remedy: str = ""):
        super().__init__(f"{what}. {remedy}" if remedy else what)
        self.what, self.remedy = what, remedy
