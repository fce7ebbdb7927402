"""Notes that leaders take of calls and of agents."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.interactions.models import Note
from mainline.errors import Invalid
from mainline.journal import append
from mainline.journal.floor_events import NoteRecorded

NOTE_CHARS_MAX: Final = 1000
SHOWN: Final = 50


async def record_note(session: AsyncSession, subject: str, text: str, *, by: str) -> Note:
    """Keep a note; the journal says that there is one, and whose."""
    said = text.strip()
    if not said or len(said) > NOTE_CHARS_MAX:
        raise Invalid("note")
    note = Note(subject=subject, author=by, text=said)
    session.add(note)
    await session.flush()
    await append(session, NoteRecorded(subject=subject, note_id=note.id, by=by))
    return note


async def notes_on(session: AsyncSession, subject: str) -> list[Note]:
    """The newest first."""
    wanted = select(Note).where(Note.subject == subject).order_by(Note.id.desc()).limit(SHOWN)
    return list(await session.scalars(wanted))
