"""Why the leader's hand is held back: one clear word for each race and each mistake."""

from mainline.errors import MainlineError
from mainline.i18n import Text


class NotTalking(MainlineError):
    """There is nothing to listen to."""

    code = "not-talking"
    words = Text("This agent is not in a call at the moment.")


class NotOnDuty(MainlineError):
    """An agent who is not here cannot be made ready."""

    code = "not-on-duty"
    words = Text("This agent is not signed in, or has not been ready yet.")


class NoPhoneOfYourOwn(MainlineError):
    """Listening needs a telephone to listen with."""

    code = "no-telephone"
    words = Text("You have no agent number, so there is no telephone to listen with.")


class YourOwnCall(MainlineError):
    """Nobody listens in on themselves."""

    code = "own-call"
    words = Text("This is your own call.")


class NoLongerWaiting(MainlineError):
    """Somebody answered, or the caller gave up, in the same moment."""

    code = "no-longer-waiting"
    words = Text("This caller is no longer waiting: answered already, or gone.")


class AgentGone(MainlineError):
    """The agent hung up in the same moment."""

    code = "agent-gone"
    words = Text("This call is over: the agent or the caller has just hung up.")


class AgentInCall(MainlineError):
    """Nobody takes two customers at once."""

    code = "agent-in-call"
    words = Text("This agent is in a call and cannot take another caller.")


class NothingToRaise(MainlineError):
    """The caller is the next one already."""

    code = "first-already"
    words = Text("This caller is the first in the queue already.")


class EmergenciesFirst(MainlineError):
    """Nobody is let past a leak."""

    code = "emergencies-first"
    words = Text("Those before this caller are emergencies: nobody goes before them.")
