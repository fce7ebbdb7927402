"""What does it cost, and what are the rules? The company's own words, by class of customer."""

from __future__ import annotations

from ivr import say
from ivr.flows.journey import DONE, NOTHING, Journey, Outcome
from ivr.policies import Topic
from mainline.text import LocalizedText


async def policy(journey: Journey) -> Outcome:
    """Offer the topics that concern the caller, and say the words of the one chosen."""
    customer_class = journey.caller.customer_class if journey.caller else "residential"
    topics = journey.policies.of(customer_class)
    if not topics:
        await journey.talk.tell("policy_none")
        return NOTHING
    topic, text = topics[0] if len(topics) == 1 else await _choose(journey, topics)
    await journey.talk.say(text.to(journey.talk.language))
    return Outcome(DONE.result, topic.id)


async def _choose(
    journey: Journey, topics: list[tuple[Topic, LocalizedText]]
) -> tuple[Topic, LocalizedText]:
    talk = journey.talk
    keys = {str(key): topic for key, topic in enumerate(topics, start=1)}
    texts: list[str] = []
    for key, (topic, _) in keys.items():
        texts += talk.parts(
            "policy_choice",
            topic=[topic.title.to(talk.language)],
            key=say.number(int(key), talk.language),
        )
    return keys[await talk.choose(texts, tuple(keys))]
