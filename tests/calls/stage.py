"""The stage of one scenario: callers and robots of this run, and how they meet."""

import asyncio
from typing import cast

from mainline.sip.call import Call
from mainline.sip.listening import until
from mainline.sip.phone import Phone
from mainline.sip.robot import Manner, Reaction, Robot
from mainline.sip.sound import tone
from tests.calls.facts import FactRow
from tests.calls.instance import Instance
from tests.calls.scenario import PATIENCE_S, WORKER, AgentPlan, Scenario


class Outside:
    """The carrier's side of outgoing calls: whoever is called out there answers."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self.calls: list[Call] = []
        self._phone: Phone | None = None

    async def open(self) -> None:
        """Listen where the trunk sends calls."""
        self._phone = await Phone.open(self._instance.trunk, local=self._instance.carrier)
        self._phone.on_call = self._rings

    def _rings(self, call: Call) -> None:
        call.ring()
        self.calls.append(call)

    async def taken_call(self, number: str, timeout_s: float = PATIENCE_S) -> Call:
        """The call to that number, answered."""

        def found() -> list[Call]:
            here = [c for c in self.calls if c.invite and f"sip:{number}@" in c.invite.start]
            return [c for c in here if not c.ended.is_set()]

        await until(lambda: bool(found()), timeout_s, f"a call to {number}")
        await found()[0].answer()
        return found()[0]

    async def ringing_call(self, number: str) -> Call:
        """The next call to that number, not answered yet."""

        def found() -> list[Call]:
            fresh = [c for c in self.calls if c.invite and f"sip:{number}@" in c.invite.start]
            return [c for c in fresh if not c.answered.is_set() and not c.ended.is_set()]

        await until(lambda: bool(found()), PATIENCE_S, f"a call to {number}")
        return found()[0]

    async def close(self) -> None:
        """Hang up."""
        if self._phone:
            await self._phone.close()


class Stage:
    """Everything that lives as long as one scenario."""

    def __init__(self, instance: Instance, scenario: Scenario) -> None:
        self.instance = instance
        self.scenario = scenario
        self.before = instance.facts.last_id()
        self.ids: dict[str, str] = {}
        self._phones: dict[str, Phone] = {}
        self._calls: dict[str, Call] = {}
        self._robots: dict[str, Robot] = {}
        self._marks: dict[str, int] = {}
        self.understood: set[str] = set()
        """Callers who recognised what they were told last, and have not answered it yet."""
        self.slots: dict[str, int] = {}
        self.first_lines: dict[str, Call] = {}
        """On hold, while the agent asks somebody on a second line."""
        self.outside = Outside(instance)

    async def open(self) -> None:
        """The shift begins: modes set, telephones on the desks."""
        if self.scenario.alone:
            await self.outside.open()
            await self.instance.set_mode(self.scenario.mode)
        for number, plan in self.scenario.agents.items():
            await self.sit_down(number, plan)

    async def sit_down(self, number: str, plan: AgentPlan) -> None:
        """An agent comes to the desk: telephone registered, signed in."""
        manner = Manner(cast("Reaction", plan.reaction), plan.after_s, plan.tone)
        self._robots[number] = Robot(await self.instance.desk_phone(number), manner)
        await self.instance.set_agent_state(number, plan.state)

    async def close(self) -> None:
        """The shift ends: nobody is left in a call or in a queue, or waits to be called."""
        numbers = [plan.number for plan in self.scenario.callers.values()]
        await self.instance.forget_callbacks(numbers)
        for phone in self._phones.values():
            await phone.close()
        for number, robot in self._robots.items():
            await robot.close()
            await self.set_state(number, "signed out")
        await self.outside.close()
        if self.scenario.alone:
            await self.instance.set_mode("auto")

    # --- callers ----------------------------------------------------------------------------------

    async def dial(self, who: str) -> None:
        """The caller dials and is answered by the hotline."""
        plan = self.scenario.callers[who]
        phone = await Phone.open(self.instance.trunk)
        self._phones[who] = phone
        number = plan.dials or self.instance.hotline
        call = phone.prepare(number, caller=plan.number, raw_from=plan.raw_from)
        self._begins(who, call)
        await call.dial(PATIENCE_S)
        if self.instance.running("worker"):
            await until(lambda: bool(self.id_of(who)), PATIENCE_S, f"the offer of {who}")

    async def is_rung(self, who: str, *, greeting_s: float = 0.0) -> None:
        """The machine calls; this person picks up, and greets for so long."""
        plan = self.scenario.callers[who]
        call = await self.outside.taken_call(plan.number)
        if greeting_s:
            call.media.play(tone(plan.tone, greeting_s))
        self._begins(who, call)
        await until(lambda: bool(self.id_of(who)), PATIENCE_S, f"the fact of the call to {who}")

    def _begins(self, who: str, call: Call) -> None:
        """From here on that is the caller's call, of which nothing was heard yet."""
        self._calls[who], self._marks[who] = call, 0
        self.understood.discard(who)

    def id_of(self, who: str) -> str:
        """The caller's call in the books, found by number; empty while it is not there.

        Two calls of one number are told apart by the order in which they were looked for.
        """
        if who not in self.ids:
            raw = self.scenario.callers[who].number
            found = self.instance.facts.offered_since(self.before, ani=raw)
            for number in (raw, WORKER):
                found |= self.instance.facts.dialled_since(self.before, number)
            fresh = sorted(found - set(self.ids.values()))
            if not fresh:
                return ""
            self.ids[who] = fresh[0]
        return self.ids[who]

    def call(self, who: str) -> Call:
        """The caller's call."""
        return self._calls[who]

    def mark(self, who: str) -> int:
        """From where on the caller listens for the next prompt."""
        return self._marks[who]

    def mark_now(self, who: str) -> None:
        """What was heard before this moment does not count."""
        self.mark_at(who, self.call(who).media.moment)

    def mark_at(self, who: str, moment: int) -> None:
        """What was heard up to there has been understood."""
        self._marks[who] = moment

    async def called_back(self, who: str, name: str) -> None:
        """The hotline calls the caller; that call has a name of its own."""
        number = self.scenario.callers[who].number
        call = await self.outside.ringing_call(number)
        known = set(self.ids.values())
        await until(lambda: bool(self._placed(number) - known), PATIENCE_S, f"the call to {who}")
        self.ids[name] = min(self._placed(number) - known)
        self._begins(name, call)

    def _placed(self, number: str) -> set[str]:
        return {
            fact.subject.removeprefix("call:")
            for fact in self.instance.facts.since(self.before)
            if fact.kind == "call.placed" and fact.payload["number"] == number
        }

    def speak(self, who: str) -> None:
        """The caller says his tone from now on."""
        hertz = self.scenario.callers[who].tone
        self.call(who).media.play(tone(hertz, 5.0), loop=True)

    async def hang_up(self, who: str) -> None:
        """Caller or agent puts the receiver down."""
        if who in self._calls:
            await self._calls[who].hang_up()
        else:
            await self.talking(who).hang_up()

    # --- agents -----------------------------------------------------------------------------------

    def robot(self, agent: str) -> Robot:
        """The robot at that desk."""
        return self._robots[agent]

    def talking(self, agent: str) -> Call:
        """The call the agent is in."""
        call = self.robot(agent).talking
        assert call is not None, f"{agent} is in no call"
        return call

    async def connected(self, agent: str, who: str) -> None:
        """Agent and caller are connected; from now on the caller says his tone."""
        robot = self.robot(agent)
        await until(lambda: robot.talking is not None, PATIENCE_S, f"{agent} answers")
        self.speak(who)
        await until(
            lambda: robot.talking is not None and robot.talking.media.packets_heard > 0,
            PATIENCE_S,
            "sound at the agent",
        )

    async def transfer(self, agent: str, how: str, target: str) -> None:
        """REFER by the agent's telephone, or consultation first."""
        talking = self.talking(agent)
        if how == "blind":
            assert await talking.transfer(target) in {200, 202}
        else:
            await talking.hold()
            consulted = await self.robot(agent).dial(target)
            await asyncio.sleep(1.0)
            assert await talking.transfer(target, consulted=consulted) in {200, 202}
        await until(talking.ended.is_set, PATIENCE_S, "the end of the transferring leg")

    async def set_state(self, agent: str, state: str) -> None:
        """Ready, paused or signed out; whatever was to be noted about calls is noted."""
        answered = [
            fact.subject.removeprefix("call:")
            for fact in self.instance.facts.since(self.before)
            if fact.kind == "agent.answered" and fact.payload["agent"] == agent
        ]
        await self.instance.floor.end_wrapup(agent, answered)
        await self.instance.set_agent_state(agent, state)

    # --- the books --------------------------------------------------------------------------------

    def facts_of(self, who: str) -> list[FactRow]:
        """What the journal holds of the caller's call, in the order of events."""
        return self.instance.facts.of_call(self.id_of(who))

    async def fact(
        self, who: str, kind: str, timeout_s: float = PATIENCE_S, *, times: int = 1
    ) -> None:
        """Wait until the journal has it."""
        await until(
            lambda: sum(fact.kind == kind for fact in self.facts_of(who)) >= times,
            timeout_s,
            f"{kind} of {who}",
        )

    def account(self) -> str:
        """What happened so far, for the report of a failure."""
        lines = []
        for who, call_id in self.ids.items():
            lines.append(f"{who} = {call_id}")
            lines += [f"   {fact}" for fact in self.instance.facts.of_call(call_id)]
        return "\n".join(lines)
