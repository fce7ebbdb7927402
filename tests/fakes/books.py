"""The company's books in memory."""

from collections.abc import Sequence
from datetime import datetime

from crm.callbacks.rules import ordinary
from ivr.flows.books import (
    Account,
    Arrears,
    Bill,
    CallbackWish,
    Caller,
    CallWish,
    Context,
    Fault,
    Identification,
    Meter,
    OrderState,
    OutageNews,
    Promise,
    Proof,
    Reading,
    Suspension,
    SuspensionRequest,
    Taken,
    Verdict,
)

HOME = Account(
    11,
    "8001234",
    21,
    "沈阳市和平区幸福小区3号楼2单元501室",
    "Room 501, Unit 2, Building 3, Xingfu Estate, Heping District",
)
SHOP = Account(12, "8005678", 22, "沈阳市铁西区兴华街18号")
GAS_METER = Meter(31, "M8001234", "m3", 5)
LI = Caller(1, language="zh", accounts=(HOME,))


class FakeBooks:
    """``broken`` names the methods that fail as if the database were gone."""

    def __init__(self, *, broken: frozenset[str] = frozenset()) -> None:
        self.broken = broken
        self.numbers: dict[str, Identification] = {}
        self.callers: dict[str, Caller] = {HOME.number: LI}
        self.proofs: dict[tuple[str, str], Proof] = {
            ("", "8000"): "proven",
            ("1234", "8000"): "proven",
        }
        """Account tail and second fact; anything else is wrong."""
        self.keys_of_faults: dict[str, str] = {}
        self.facts_tried = 0
        self.installed = [GAS_METER]
        self.verdicts: dict[int, Verdict] = {}
        self.readings: list[Reading] = []
        self.suspends: Suspension | None = None
        self.requests: list[SuspensionRequest] = []
        self.owed = Arrears(0, 0)
        self.bill: Bill | None = None
        self.news: list[OutageNews] = []
        self.orders: list[OrderState] = []
        self.branches: dict[int, str] = {}
        self.wishes: list[CallWish] = []
        self.faults: list[Fault] = []
        self.likely: Context | None = None
        self.asked_context: list[tuple[Caller | None, tuple[Account, ...], bool]] = []
        self.wishes: list[CallbackWish] = []
        self.full = False
        self.minutes: int | None = None
        self.asked_waits: list[tuple[str, int]] = []

    def _up(self, method: str) -> None:
        if method in self.broken:
            raise ConnectionError(method)

    async def identify(self, ani: str) -> Identification:
        self._up("identify")
        return self.numbers.get(ani, Identification())

    async def by_account(self, number: str) -> Caller | None:
        self._up("by_account")
        return self.callers.get(number)

    async def prove(self, customer_id: int, *, account_tail: str, fact: str, ani: str) -> Proof:
        self._up("prove")
        self.facts_tried += 1
        return self.proofs.get((account_tail, fact), "wrong")

    async def meters(self, account_id: int) -> list[Meter]:
        self._up("meters")
        return self.installed

    async def judge_reading(self, meter_id: int, value: int) -> Verdict:
        self._up("judge_reading")
        return self.verdicts.get(value, "fine")

    async def take_reading(self, reading: Reading) -> Taken:
        self._up("take_reading")
        self.readings.append(reading)
        to_check = self.verdicts.get(reading.value, "fine") != "fine"
        return Taken(reading.value, None if to_check else 23, to_check=to_check)

    async def suspension(self, account_id: int) -> Suspension | None:
        self._up("suspension")
        return self.suspends

    async def request_suspension(self, request: SuspensionRequest) -> str:
        self._up("request_suspension")
        self.requests.append(request)
        return "20261127-0003"

    async def arrears(self, account_id: int) -> Arrears:
        self._up("arrears")
        return self.owed

    async def last_bill(self, account_id: int) -> Bill | None:
        self._up("last_bill")
        return self.bill

    async def outages(self, premise_id: int) -> list[OutageNews]:
        self._up("outages")
        return self.news

    async def branch(self, premise_id: int) -> str:
        self._up("branch")
        return self.branches.get(premise_id, "")

    async def call_when_over(self, wish: CallWish) -> bool:
        self._up("call_when_over")
        self.wishes.append(wish)
        return wish.ani.isdigit()

    async def open_orders(self, customer_id: int) -> list[OrderState]:
        self._up("open_orders")
        return self.orders

    async def context(
        self,
        call_id: str,
        ani: str,
        caller: Caller | None,
        accounts: Sequence[Account],
        *,
        private: bool,
    ) -> Context | None:
        self._up("context")
        self.asked_context.append((caller, tuple(accounts), private))
        return self.likely

    async def callable_number(self, raw: str) -> str:
        self._up("callable_number")
        return raw if ordinary(raw) else ""

    async def ask_callback(self, wish: CallbackWish) -> Promise | None:
        self._up("ask_callback")
        again = any(one.number == wish.number for one in self.wishes)
        self.wishes.append(wish)
        return None if self.full else Promise(wish.due_at, again=again)

    async def wait_minutes(self, queue: str, *, priority: int, since: datetime) -> int | None:
        self._up("wait_minutes")
        self.asked_waits.append((queue, priority))
        return self.minutes

    async def fault_keys(self) -> dict[str, str]:
        return dict(self.keys_of_faults)

    async def report_fault(self, fault: Fault) -> str:
        self._up("report_fault")
        self.faults.append(fault)
        return "R20261123001"
