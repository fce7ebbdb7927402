"""The definition of this feature: one, called ``company``."""

from typing import Final

from crm.appointments.rules import AppointmentRules, problems
from mainline.definitions import Kind, register

FILE: Final = "appointments.yaml"
APPOINTMENTS: Final = register(Kind("appointments", AppointmentRules, problems))
