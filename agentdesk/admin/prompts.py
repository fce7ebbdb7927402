"""Prompts in the editor: heard as callers hear them, recorded, and given back to the made voice."""

import asyncio
import wave
from contextlib import suppress
from io import BytesIO
from typing import Annotated, Final

from fastapi import APIRouter, File, Form, Request, Response
from pydantic import BaseModel, Field

from ivr.events import PromptRecorded, PromptRemoved
from ivr.say import Language
from ivr.speech import studio
from ivr.speech.samples import TELEPHONE_RATE
from ivr.speech.voice import WavVoice
from mainline.errors import Invalid, MainlineError
from mainline.i18n import Text
from mainline.journal import append
from mainline.permissions import Permission
from mainline.web import Who, WriteSession, allow

router = APIRouter(prefix="/admin/menus", include_in_schema=False)
_see = allow(Permission.SEE_DEFINITIONS)
_edit = allow(Permission.EDIT_DEFINITIONS)
WAIT_S: Final = 20.0
TOGETHER: Final = 2
"""Sounds made at the same time: callers need the machine as well."""
Words = Annotated[str, Form(min_length=1, max_length=1000)]


class Speech(BaseModel):
    """What is to be heard."""

    texts: list[Annotated[str, Field(max_length=1000)]] = Field(min_length=1, max_length=30)
    language: Language


class NoVoice(MainlineError):
    """No engine can say it, or none is quick enough."""

    code = "no-voice"
    status = 503
    words = Text("No voice is installed here that can say this.")


class Prompts:
    """The voices of this process."""

    def __init__(self, voice: WavVoice) -> None:
        self._voice, self._room = voice, asyncio.Semaphore(TOGETHER)

    @staticmethod
    def of(request: Request) -> "Prompts":
        """The one of the application, made when it is first needed."""
        found: Prompts | None = getattr(request.app.state, "prompts", None)
        if found is None:
            settings = request.app.state.settings
            found = Prompts(WavVoice(settings.sounds_dir, command=settings.tts_cmd))
            request.app.state.prompts = found
        return found

    def recorded(self, text: str, language: Language) -> bool:
        """Whether people, not a machine, say this."""
        return bool(text.strip()) and self._voice.recording(text, language).is_file()

    async def heard(self, speech: Speech) -> bytes:
        """The words as one WAV file."""
        if not any(text.strip() for text in speech.texts):
            raise Invalid("texts")
        try:
            async with asyncio.timeout(WAIT_S), self._room:
                made = [await self._voice.make(text, speech.language) for text in speech.texts]
        except TimeoutError as error:
            raise NoVoice from error
        frames = [_frames(path.read_bytes()) for paths in made for path in paths]
        if not frames:
            raise NoVoice
        return _wav(b"".join(frames))

    async def record(self, text: str, language: Language, data: bytes) -> tuple[str, float]:
        """Keep a recording for these words: its file's name, and how long it lasts."""
        path = self._voice.recording(text, language)
        async with self._room:
            return path.name, await asyncio.to_thread(studio.keep, path, data)

    def forget(self, text: str, language: Language) -> str:
        """Let the made voice say it again."""
        path = self._voice.recording(text, language)
        with suppress(FileNotFoundError):
            path.unlink()
        return path.name


def _frames(data: bytes) -> bytes:
    with wave.open(BytesIO(data)) as file:
        frames: bytes = file.readframes(file.getnframes())
        return frames


def _wav(frames: bytes) -> bytes:
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(TELEPHONE_RATE)
        file.writeframes(frames)
    return out.getvalue()


@router.post("/speech", dependencies=[_see])
async def speech(request: Request, wanted: Speech) -> Response:
    """The words as a caller hears them."""
    return Response(await Prompts.of(request).heard(wanted), media_type="audio/wav")


@router.post("/recordings", dependencies=[_edit])
async def record(
    request: Request, session: WriteSession, who: Who, text: Words,
    language: Annotated[Language, Form()], sound: Annotated[bytes, File()],
) -> dict[str, float]:  # fmt: skip
    """A recording of the words, from a file or a microphone."""
    file, seconds = await Prompts.of(request).record(text, language, sound)
    subject = f"prompt:{language}"
    await append(session, PromptRecorded(subject=subject, by=who.name, file=file, seconds=seconds))
    return {"seconds": round(seconds, 1)}


@router.post("/recordings/remove", dependencies=[_edit], status_code=204)
async def remove(
    request: Request, session: WriteSession, who: Who, text: Words,
    language: Annotated[Language, Form()],
) -> None:  # fmt: skip
    """The made voice says it again."""
    file = Prompts.of(request).forget(text, language)
    await append(session, PromptRemoved(subject=f"prompt:{language}", by=who.name, file=file))
