"""What permissions are called, in groups as people think of them."""

from typing import Final

from crm.staff.appointing import MayDoMore
from crm.staff.composing import NotHeldYourself
from mainline.errors import MainlineError
from mainline.i18n import Text, current_locale
from mainline.permissions import Permission

P = Permission

GROUPS: Final[tuple[tuple[Text, dict[P, Text]], ...]] = (
    (Text("Calls"), {
        P.TAKE_CALLS: Text("Take calls"),
        P.CALL_OUT: Text("Call out"),
        P.SEE_CALLS: Text("See the list of calls"),
        P.HEAR_RECORDINGS: Text("Hear recordings"),
        P.SEE_CAMPAIGNS: Text("See campaigns and their tasks"),
        P.RUN_CAMPAIGNS: Text("Run campaigns"),
    }),
    (Text("Customers"), {
        P.SEE_CUSTOMERS: Text("See customers"),
        P.EDIT_CUSTOMERS: Text("Change customers, decide about duplicates"),
        P.WATCH_CUSTOMERS: Text("Keep the watch list"),
        P.MAKE_REQUESTS: Text("Make requests"),
        P.DECIDE_REQUESTS: Text("Decide about requests"),
    }),
    (Text("What is seen in full"), {
        P.SEE_NAMES: Text("Names in full"),
        P.SEE_NUMBERS: Text("Telephone numbers in full"),
        P.SEE_ADDRESSES: Text("Addresses in full"),
        P.SEE_IDENTITIES: Text("Identity cards in full"),
        P.UNMASK: Text("Take a mask off for a reason"),
        P.READ_IN_BULK: Text("Read much without an alarm"),
        P.EXPORT: Text("Export lists"),
        P.APPROVE_EXPORTS: Text("Approve large exports"),
    }),
    (Text("Work orders"), {
        P.SEE_WORK_ORDERS: Text("See work orders"),
        P.OPEN_WORK_ORDERS: Text("Open new work orders"),
        P.MOVE_WORK_ORDERS: Text("Move work orders on"),
        P.DISPATCH: Text("Dispatch orders"),
        P.WORK_IN_FIELD: Text("Work on the field page"),
    }),
    (Text("Leading"), {
        P.SUPERVISE: Text("Supervise calls and agents"),
        P.SEE_BOARD: Text("See the board"),
        P.SEE_STATISTICS: Text("See statistics"),
        P.WRITE_KNOWLEDGE: Text("Write knowledge"),
        P.APPROVE_KNOWLEDGE: Text("Approve knowledge"),
        P.WRITE_BULLETINS: Text("Write bulletins"),
    }),
    (Text("Administration"), {
        P.SEE_DEFINITIONS: Text("See definitions"),
        P.EDIT_DEFINITIONS: Text("Edit definitions"),
        P.ADMINISTER: Text("Administer staff, imports, webhooks"),
        P.EDIT_ROLES: Text("Edit roles"),
        P.SEE_AUDIT: Text("See who changed what"),
        P.SEE_HEALTH: Text("See the health of the system"),
    }),
)  # fmt: skip
WORDS: Final[dict[P, Text]] = {each: words for _, group in GROUPS for each, words in group.items()}


def refusal_words(refused: MainlineError | None) -> str:
    """Why not, with permissions as people call them."""
    if isinstance(refused, NotHeldYourself | MayDoMore):
        named = [WORDS[one].to(current_locale()) for one in refused.foreign]
        return refused.words.to(current_locale(), permissions="、".join(named))
    return refused.words.to(current_locale(), **refused.values) if refused else ""
