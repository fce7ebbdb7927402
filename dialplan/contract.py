"""Channel variables, contexts, AGI routes and CEL points: names that the dialplan and Python share.

Names, and how they are put together. A test holds the ``.conf`` files of this folder to them.
"""

from typing import Final

# --- AGI routes (agi://host:port/<route>) ---------------------------------------------------
ROUTE_DOOR: Final = "door"
"""An agent sent the caller to a node of the menu (the extension); words as for ROUTE_AGAIN. Queue,
priority and branch are left only when the caller chose a queue there."""
ROUTE_INBOUND: Final = "inbound"
"""Identify, menu, self-service; leaves its decision in the variables below."""
ROUTE_AGAIN: Final = "again"
"""The menu once more, for a caller who waits; words: call, queue, priority, language, since."""
ROUTE_CHOICE: Final = "choice"
"""What a waiting caller wants; words: the same and the wish (``ask`` or ``callback``). Its decision
is ``queue`` (keep waiting), ``callback``, ``menu`` or ``message``."""

ROUTE_OUTGOING: Final = "outgoing"
"""Somebody picked up a call that the machine made: say why, take keys."""
ROUTE_SURVEY: Final = "survey"
"""The agent has hung up first: ask the caller about the call."""

# --- Channel variables set by the gateway, read by the dialplan ------------------------------
VAR_AGI: Final = "MAINLINE_AGI"
"""``OK`` when the gateway finished its work; anything else means: plain dialplan."""
VAR_ACTION: Final = "MAINLINE_ACTION"
"""What the dialplan does next: ``queue``, ``hangup``, ``refuse``, ``message``; of a waiting caller
also ``callback`` and ``menu``."""
VAR_QUEUE: Final = "MAINLINE_QUEUE"
VAR_PRIORITY: Final = "QUEUE_PRIO"
VAR_URGENT: Final = "MAINLINE_URGENT"
"""The fault of an emergency, such as ``leak``: its safety text is heard while agents ring."""
VAR_STICKY: Final = "MAINLINE_STICKY"
VAR_STICKY_WAIT: Final = "MAINLINE_STICKY_WAIT"
"""The agent who is tried before the queue, and for how many seconds that one is waited for."""
VAR_LANGUAGE: Final = "MAINLINE_LANGUAGE"
"""``zh`` or ``en``: also set as CHANNEL(language)."""
VAR_CUSTOMER: Final = "MAINLINE_CUSTOMER"
VAR_BRANCH: Final = "MAINLINE_BRANCH"
"""Code of the branch that serves the caller's address."""

LANGUAGES_SPOKEN: Final = ("zh", "en")
WAITS_SPOKEN: Final = tuple(f"w{minutes}" for minutes in range(12))
"""Variants of a language (``zh_w3``) in which waiting callers hear an estimate: w0 less than a
minute, w11 more than ten."""

ACTION_QUEUE: Final = "queue"
ACTION_HANGUP: Final = "hangup"
ACTION_REFUSE: Final = "refuse"
ACTION_MESSAGE: Final = "message"
ACTION_CALLBACK: Final = "callback"
ACTION_MENU: Final = "menu"

# --- Channel variables set by the dialplan ---------------------------------------------------
VAR_CALL_KEY: Final = "MAINLINE_CALL"
"""The linkedid of the call, inherited by every leg; sent to phones as header X-Call-Key."""
VAR_ENTRY: Final = "MAINLINE_ENTRY"
"""``trunk`` or ``try``."""
VAR_ANI: Final = "MAINLINE_ANI"
"""The caller's number, filtered; ``anonymous`` when withheld."""
VAR_DNIS: Final = "MAINLINE_DNIS"
VAR_CALLER: Final = "MAINLINE_CALLER"
"""Name of the customer's channel, inherited by every leg."""
VAR_LIVE: Final = "MAINLINE_LIVE"
"""``1`` when the gateway served this call: somebody is there to end a wrap-up."""
VAR_AGENT: Final = "MAINLINE_AGENT"
"""On an agent's leg: the agent's number. On the caller's, after the call: who talked last."""
VAR_STATION: Final = "MAINLINE_STATION"
"""On an outgoing call: the agent's queue interface, such as ``PJSIP/agent-8001``."""
VAR_FROM: Final = "MAINLINE_FROM"
"""The agent who sends the customer somewhere, or from whom the leader takes them; set by the desk
before it redirects."""
VAR_BACK: Final = "MAINLINE_BACK"
"""Where a caller goes after the menu: ``agent``, ``queue`` or ``end``; set by the desk."""
VAR_THIRD: Final = "MAINLINE_THIRD"
"""On the leg of whoever was asked into a conference."""
VAR_CONSULT: Final = "MAINLINE_CONSULT"
"""``1`` on the second line of an agent who asks a number outside: that is no call of a customer."""
VAR_RINGS: Final = "MAINLINE_RINGS"
"""The agents of a team whose telephones ring at once, joined by ``-``; set by the desk."""
VAR_DIRECT: Final = "MAINLINE_DIRECT"
VAR_MISSED: Final = "MAINLINE_MISSED"
"""Whom a colleague calls, and why nobody answered."""
VAR_AUTO: Final = "MAINLINE_AUTO"
"""``1``: the machine dials; nobody is there to hear why a call failed."""
VAR_PURPOSE: Final = "MAINLINE_PURPOSE"
VAR_DETECT: Final = "MAINLINE_DETECT"
"""``1``: listen for an answering machine before speaking."""
VAR_RING: Final = "MAINLINE_RING"
"""How many seconds an automatic call rings."""
VAR_SEGMENT: Final = "MAINLINE_SEGMENT"
VAR_FILE: Final = "MAINLINE_FILE"
"""The segment being recorded: its number and its file's base name."""
VAR_PRIVATE: Final = "MAINLINE_PRIVATE"
"""``1`` while nothing is recorded because the caller keys in what proves who they are."""
VAR_MESSAGE: Final = "MAINLINE_MESSAGE"
VAR_WAITING: Final = "MAINLINE_WAITING"
"""``1`` while the caller is in a queue and nobody has answered."""
VAR_WAIT: Final = "MAINLINE_WAIT"
VAR_KEY: Final = "MAINLINE_KEY"
VAR_KEYED: Final = "MAINLINE_KEYED"
"""What a caller pressed while waiting or led by the gateway, the last key at the end; forgotten on
the way out."""
VAR_NOTES_KEYS: Final = "MAINLINE_NOTES_KEYS"
"""``1`` while that is noted."""
VAR_MUSIC: Final = "MAINLINE_MUSIC"
"""What is heard while waiting, as an option of Queue; empty: the queue's own music."""
VAR_OVERFLOW: Final = "MAINLINE_OVERFLOW"
"""Where the definition sends the caller on: ``message``, ``callback`` or ``queue:<name>``."""
VAR_STAYS: Final = "MAINLINE_STAYS"
"""``1`` when the caller is not sent on any more in this visit."""
VAR_HOPS: Final = "MAINLINE_HOPS"
"""How often the caller was sent on."""
VAR_WISH: Final = "MAINLINE_WISH"
"""What a waiting caller pressed a key for."""
VAR_SINCE: Final = "MAINLINE_SINCE"
"""Epoch seconds of the first entry into a queue: the place a caller keeps on the way back."""
VAR_ENTERED: Final = "MAINLINE_ENTERED"
"""Epoch seconds at which the present visit of a queue began."""
HEADER_CALL_KEY: Final = "X-Call-Key"
HEADER_CONSULTS: Final = "X-Consults"
"""The call that an agent's second line is about, on which somebody outside is asked."""
HEADER_TRY_ANI: Final = "X-Mainline-Ani"
"""The demo caller's number, sent by the page ``/try`` (context CONTEXT_TRY only)."""

# --- Contexts --------------------------------------------------------------------------------
CONTEXT_TRUNK: Final = "ml-trunk"
CONTEXT_TRY: Final = "ml-try"
CONTEXT_IN: Final = "ml-in"
CONTEXT_ROUTE: Final = "ml-route"
CONTEXT_QUEUE: Final = "ml-queue"
"""Extension = queue name: enter that queue (also the target of transfers and redirects)."""
CONTEXT_AGENTS: Final = "ml-agents"
"""What an agent's phone may dial: other agents, queues, echo test, and nothing outside."""
CONTEXT_OUT: Final = "ml-out"
"""Extension = number: an outgoing call, reached only by an originate or redirect of ours."""
CONTEXT_REJOIN: Final = "ml-rejoin"
"""Extension = agent number: ring that agent again with auto-answer (page reloaded in mid-call)."""
CONTEXT_CALLBACK: Final = "ml-callback"
"""Extension = number: call a customer back, reached only by an originate of the worker."""
VAR_CALLBACK: Final = "MAINLINE_CALLBACK"
"""The call-back's id, on the channel that dials and on no other."""
VAR_RESERVED: Final = "MAINLINE_RESERVED"
"""The queue interface of the agent kept free for the call-back."""
CONTEXT_SPY: Final = "ml-spy"
"""Extension = ``listen|whisper|barge``; variable MAINLINE_SPY_CHANNEL names the agent's channel."""
CONTEXT_TRANSFER: Final = "ml-transfer"
"""Extension = agent number: where a caller is sent by a transfer to an agent."""
CONTEXT_TEAM: Final = "ml-team"
"""``team``: MAINLINE_RINGS all ring, who answers first has the caller, who comes
back to MAINLINE_FROM when nobody does."""
CONTEXT_TAKE: Final = "ml-take"
"""Extension = the leader's number: the customer of a talk comes to that telephone; without it, to
the front of the queue."""
CONTEXT_FETCH: Final = "ml-fetch"
"""Extension = agent number: a caller taken out of a queue (WITHDRAW_FETCH) is rung through to that
agent, waiting still; if nobody answers, back to the front of the queue."""
CONTEXTS_BESIDE_QUEUE: Final = frozenset({"ml-choice", "ml-sticky", CONTEXT_FETCH, "ml-ring-agent"})
"""Of a caller whose visit is open although app_queue does not hold them: asked for a wish, led to
the agent of before, rung through by the leader."""
WITHDRAW_FETCH: Final = "fetch-"
"""QUEUE_WITHDRAW_INFO of a caller whom the leader fetches: this and the agent's number."""
CONTEXT_AUTO_DIAL: Final = "ml-auto-dial"
"""Extension = number: the half of an automatic call that dials, under the rules of ml-national."""
CONTEXT_AUTO: Final = "ml-auto"
"""``s``: the half that speaks, once somebody has picked up."""
CONTEXT_MEET: Final = "ml-meet"
"""Extension = the customer's number: joins field staff, who have picked up, with the customer."""
CONTEXT_AFTER: Final = "ml-after"
"""The agent has hung up first, or sent the caller here; whoever stays may rate the call."""
VAR_SPY_CHANNEL: Final = "MAINLINE_SPY_CHANNEL"
CONTEXT_JOIN: Final = "ml-join"
"""Extension = agent number or number outside: joins the customer, redirected here, with the leg
that the agent consulted: an attended transfer whose recording keeps both sides."""
CONTEXT_MENU: Final = "ml-menu"
"""Extension = node of the menu: the customer goes there."""
CONTEXT_PARK: Final = "ml-park"
"""Extension = slot."""
CONTEXT_UNPARK: Final = "ml-unpark"
"""Extension = agent number: the parked customer comes to that agent."""
CONTEXT_CONFERENCE: Final = "ml-conference"
"""Extension = ``customer|agent|colleague|outside``: the four ways into a conference."""
CONTEXT_OUTSIDE: Final = "ml-outside"
"""Extension = number: a number outside, judged there."""
VAR_JOIN_CHANNEL: Final = "MAINLINE_JOIN_CHANNEL"
"""The consulted leg, set on the customer's channel before the redirect (an agent's only leg is
found without it)."""

EXTEN_ECHO: Final = "600"
"""The echo test of the desk, in CONTEXT_AGENTS."""

# --- CEL user events (CELGenUserEvent name; extra is ``key=value|key=value``) -----------------
CEL_OFFERED: Final = "OFFERED"  # ani, dnis, entry=trunk|try
CEL_DEGRADED: Final = "DEGRADED"  # reason: the gateway did not answer in time
CEL_QUEUED: Final = "QUEUED"  # queue, prio, degraded=0|1
CEL_URGENT: Final = "URGENT"  # fault: at each entry of a queue by a caller with an emergency
CEL_UNQUEUED: Final = "UNQUEUED"  # queue, status (QUEUESTATUS of app_queue, empty when connected)
CEL_RING: Final = "RING"  # agent, queue: written by the pre-dial handler of the agent's leg
CEL_UP: Final = "UP"  # agent, queue: the agent answered (on the agent's leg; after ml-join on the
# customer's, with channel=<the agent's leg>), or the customer of an outgoing call (on that leg)
CEL_RECORDING: Final = "RECORDING"  # file (base name), segment
CEL_MESSAGE: Final = "MESSAGE"  # file (base name)
CEL_REFUSED: Final = "REFUSED"  # reason
CEL_PLACED: Final = "PLACED"  # agent, number: an outgoing call of an agent
CEL_CALLBACK: Final = "CALLBACK"  # callback (its id), number: a customer is being called back
CEL_DIALLED: Final = "DIALLED"  # number, purpose: an automatic call
CEL_REACHED: Final = "REACHED"  # by=person|machine, why (AMDCAUSE): it was picked up
CEL_UNREACHED: Final = "UNREACHED"  # status (DIALSTATUS)
CEL_TRANSFER: Final = "TRANSFER"  # kind=blind|attended, agent (who transfers), target
CEL_REJOINED: Final = "REJOINED"  # agent
CEL_MENU: Final = "MENU"  # agent, node, back=agent|queue|end: sent back to the menu
CEL_BACK: Final = "BACK"  # agent, to=agent|queue: back from the menu
CEL_PARKED: Final = "PARKED"  # agent, slot
CEL_UNPARKED: Final = "UNPARKED"  # agent, how=taken|limit
CEL_CONFERENCE: Final = "CONFERENCE"  # call (the row may have another linkedid), agent (empty:
# outside), does=joins|leaves
CEL_DIRECT: Final = "DIRECT"  # agent, caller (who called), why: a colleague's call not answered

# --- Endpoints -------------------------------------------------------------------------------
SOFTPHONE_PREFIX: Final = "agent-"
DESK_PHONE_PREFIX: Final = "phone-"
TRY_PREFIX: Final = "try-"
TRUNK_ENDPOINT: Final = "trunk"
QUARANTINE_ENDPOINT: Final = "quarantine"

QUEUE_SERVICE: Final = "service"
"""The queue that plain dialplan uses when nobody decides: always rendered, all agents are in it."""
PRIORITY_URGENT: Final = 100
"""In a queue, a leak goes ahead of everybody; that its queue goes ahead of the others is the
weight of that queue."""
LAST_RESORT_PENALTY: Final = 50
"""Everybody is a member of QUEUE_SERVICE, but last, unless the staff list says otherwise."""

BRANCH_MARK: Final = "-at-"
QUEUE_CHARS_MAX: Final = 32


def branch_queue(queue: str, branch: str) -> str:
    """Where the branch's own agents are rung before all others of the queue; empty: too long."""
    name = f"{queue}{BRANCH_MARK}{branch}"
    return name if branch and len(name) <= QUEUE_CHARS_MAX else ""


def whole_queue(name: str) -> str:
    """The queue that a caller waits in, also while it is a branch that rings."""
    return name.partition(BRANCH_MARK)[0]


# --- The CEL file (settings.cel_dir / CEL_FILE) ----------------------------------------------
CEL_FILE: Final = "mainline.csv"
CEL_FIELDS: Final = (
    "EventTime",
    "EventType",
    "userdeftype",
    "UniqueID",
    "LinkedID",
    "Name",
    "Num",
    "ani",
    "dnid",
    "Exten",
    "Context",
    "ChanName",
    "AppName",
    "AppData",
    "AccountCode",
    "Peer",
    "UserField",
    "EventExtra",
)
"""Columns of a line, in order. EventTime is epoch seconds with microseconds; a user event has its
name in EventType and userdeftype, and its extra in EventExtra as JSON: ``{"extra": "a=b|c=d"}``.
Linkedids without OFFERED, PLACED or CALLBACK are no calls of customers: consultations,
announcements, echo tests, supervision."""
