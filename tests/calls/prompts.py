"""The sounds behind the words of menus and phrases, so that a caller can recognise them."""

from crm.surveys.kinds import HOUSE as HOUSE_SURVEY
from ivr.phrases import HOUSE
from ivr.speech.voice import WavVoice
from mainline.config import Settings
from mainline.datafile import content
from mainline.sip.g711 import Sound
from mainline.sip.sound import read_wav


class Prompts:
    """Finds what a node or a phrase says first, and how that sounds."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[tuple[str, str], Sound] = {}

    async def of(self, name: str, language: str) -> Sound:
        """The sound of the first words."""
        if (name, language) not in self._known:
            self._known[name, language] = await self._made(self._words(name, language), language)
        return self._known[name, language]

    async def _made(self, text: str, language: str) -> Sound:
        voice = WavVoice(self._settings.sounds_dir, command=self._settings.tts_cmd)
        try:
            paths = await voice.make(text, "en" if language == "en" else "zh")
        finally:
            voice.close()
        return read_wav(paths[0])

    def _words(self, name: str, language: str) -> str:
        for path in sorted((self._settings.pack_dir / "menus").glob("*.yaml"), reverse=True):
            node = content(path)["nodes"].get(name)
            if node:
                said = node.get("text") or node["choices"][0]["text"]
                return str(said[language])
        for question in content(HOUSE_SURVEY)["questions"]:
            if question["name"] == name:
                return str(question["text"][language])
        for path in (self._settings.pack_dir / "prompts" / "phrases.yaml", HOUSE):
            phrases = content(path) if path.exists() else {}
            if name in (phrases or {}):
                return str(phrases[name][language]).partition("{")[0]
        raise LookupError(f"no such prompt: {name}")
