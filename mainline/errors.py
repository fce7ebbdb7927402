"""Errors that are part of doing business; edges turn them into HTTP, speech or exit codes."""

from typing import ClassVar

from mainline.i18n import Text


class MainlineError(Exception):
    """An expected refusal.

    ``code`` is stable and is what clients key on; ``words`` is what a person reads, translated at
    the edge into both languages; ``values`` fill the words' placeholders.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 409
    words: ClassVar[Text] = Text("This cannot be done.")

    def __init__(self, detail: str = "", **values: object) -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.values: dict[str, object] = {"detail": detail, **values}


class NotFound(MainlineError):
    """There is no such thing, or not for you."""

    code = "not-found"
    status = 404
    words = Text("Not found.")


class Invalid(MainlineError):
    """The input is not of the right form."""

    code = "invalid"
    status = 422
    words = Text("The input is not valid: %(detail)s")


class Forbidden(MainlineError):
    """The person may not do this."""

    code = "forbidden"
    status = 403
    words = Text("You are not permitted to do this.")


class Unauthenticated(MainlineError):
    """Nobody is signed in, or the token is unknown."""

    code = "sign-in"
    status = 401
    words = Text("Please sign in.")


class Unavailable(MainlineError):
    """A part of the system that is needed is down; trying again later may work."""

    code = "unavailable"
    status = 503
    words = Text("The telephone system does not answer at the moment. Please try again.")
