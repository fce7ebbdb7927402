"""Who asks, and the hands that do it: dependencies of the desk's routes."""

from typing import Annotated

from fastapi import Depends, Request

from agentdesk.agent.consulting import Consulting
from agentdesk.agent.duty import Duty, NoTelephone
from agentdesk.agent.moves import Moves
from mainline.web import Config, Who


async def own_number(who: Who) -> str:
    """The agent's number, or a refusal."""
    if who.agent_number is None:
        raise NoTelephone
    return who.agent_number


Number = Annotated[str, Depends(own_number)]


async def duty_of(request: Request) -> Duty:
    """The duties of this instance."""
    state = request.app.state
    return Duty(state.database, state.switchboard, state.ari, state.claims)


async def moves_of(request: Request, number: Number, settings: Config) -> Moves:
    """What this agent does with one's own calls."""
    state = request.app.state
    return Moves(state.database, state.switchboard, number, settings.home_area_code)


async def second_line_of(request: Request, number: Number, settings: Config) -> Consulting:
    """The second line of this agent."""
    state = request.app.state
    return Consulting(state.database, state.switchboard, number, settings.home_area_code)


OnDuty = Annotated[Duty, Depends(duty_of)]
OwnMoves = Annotated[Moves, Depends(moves_of)]
SecondLine = Annotated[Consulting, Depends(second_line_of)]
