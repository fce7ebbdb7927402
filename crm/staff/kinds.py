"""The definitions of this feature. Each kind has one definition, called ``company``."""

from typing import Final

from crm.staff import directory, pauses, roles, skills
from mainline.definitions import Kind, register

PAUSE_REASONS: Final = register(Kind("pause_reasons", pauses.PauseReasons, pauses.problems))
DIRECTORY: Final = register(Kind("directory", directory.Directory, directory.problems))
SKILL_ROUTING: Final = register(Kind("skill_routing", skills.SkillRouting, skills.problems))
COMPANY_ROLES: Final = register(
    Kind("roles", roles.Roles, roles.problems, guarded=True, rights=roles.Roles.rights)
)
"""Only ``crm.staff.composing`` changes it: nobody grants what they do not hold."""
FILES: Final = {
    PAUSE_REASONS.name: "pauses.yaml",
    DIRECTORY.name: "directory.yaml",
    SKILL_ROUTING.name: "skills.yaml",
}
"""The pack's first content of each kind."""
