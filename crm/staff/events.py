"""Facts about people of the house, subject ``staff:<login>``. No fact holds a password."""

from mainline.journal import Event, event_kind


def staff_subject(login: str) -> str:
    """The journal's subject of somebody who signs in."""
    return f"staff:{login}"


class _Act(Event):
    by: str


class _Anew(_Act):
    """What this person's pages have open is opened anew, as what they may do now, or as nobody."""

    user_id: int


@event_kind("staff.taken_on")
class StaffTakenOn(_Act):
    """Somebody new may sign in."""

    roles: tuple[str, ...]


@event_kind("staff.changed")
class StaffChanged(_Act):
    """Name, team, branch, queues and the like; what they were stands in the log of changes."""

    fields: tuple[str, ...]


@event_kind("staff.roles_changed")
class StaffRolesChanged(_Anew):
    """Other roles from the next request on."""

    before: tuple[str, ...]
    roles: tuple[str, ...]
    why: str = ""


@event_kind("staff.let_go")
class StaffLetGo(_Anew):
    """Nobody signs in as this person any more."""

    why: str = ""


@event_kind("staff.taken_back")
class StaffTakenBack(_Act):
    """The person may sign in again."""

    why: str = ""


@event_kind("staff.password_set")
class StaffPasswordSet(_Anew):
    """Somebody else gave a new password; ``once``: good only for choosing an own one."""

    once: bool


@event_kind("staff.password_chosen")
class StaffPasswordChosen(_Anew):
    """The person chose another password."""


def whose_streams_end(event: Event) -> int | None:
    """Whose open pages have to ask again with this fact; None: nobody's."""
    return event.user_id if isinstance(event, _Anew) else None
