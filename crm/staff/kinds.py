"""The definitions of this feature. Each kind has one definition, called ``company``."""

from typing import Final

from crm.staff import directory, pauses, skills
from mainline.definitions import Kind, register

PAUSE_REASONS: Final = register(Kind("pause_reasons", pauses.PauseReasons, pauses.problems))
DIRECTORY: Final = register(Kind("directory", directory.Directory, directory.problems))
SKILL_ROUTING: Final = register(Kind("skill_routing", skills.SkillRouting, skills.problems))
FILES: Final = {
    PAUSE_REASONS.name: "pauses.yaml",
    DIRECTORY.name: "directory.yaml",
    SKILL_ROUTING.name: "skills.yaml",
}
"""The pack's first content of each kind."""
