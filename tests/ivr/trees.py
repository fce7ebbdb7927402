"""Hypothesis makes menu trees, sensible and senseless, of the right shape."""

from typing import Any

from hypothesis import strategies as st

from ivr.check import Known

KNOWN = Known(flows=("fine", "broken", "person", "leak"), queues=("service", "repair"))
NAMES = ["a", "b", "c", "d", "e", "f"]
TEXT = {"zh": "您好", "en": "hello"}
node_ids = st.sampled_from(NAMES)


def _choice(key: str, go: str) -> dict[str, Any]:
    return {"key": key, "go": go, "text": {"zh": f"请按{key}", "en": f"press {key}"}}


def _menu(goes: dict[str, str], zero: str, attempts: int, otherwise: str | None) -> Any:
    choices = [_choice(key, go) for key, go in goes.items()] + [_choice("0", zero)]
    return {"kind": "menu", "choices": choices, "attempts": attempts, "otherwise": otherwise}


_asking = {"attempts": st.integers(1, 3), "otherwise": st.none() | node_ids}
nodes = st.one_of(
    st.builds(lambda go: {"kind": "say", "text": TEXT, "next": go}, node_ids),
    st.builds(
        _menu,
        st.dictionaries(st.sampled_from("123*#"), node_ids, max_size=3),
        st.just("person") | node_ids,
        **_asking,
    ),
    st.builds(
        lambda go, attempts, otherwise: {
            "kind": "collect", "name": "meter", "text": TEXT, "digits_min": 2, "digits_max": 4,
            "private": True, "next": go, "attempts": attempts, "otherwise": otherwise,
        },
        node_ids,
        **_asking,
    ),
    st.builds(
        lambda go, flow, otherwise: {"kind": "flow", "flow": flow, "next": go,
                                     "otherwise": otherwise},
        node_ids,
        st.sampled_from([*KNOWN.flows, "unheard"]),
        st.none() | node_ids,
    ),
    st.builds(
        lambda one, two: {"kind": "hours", "open": one, "night": two}, node_ids, node_ids
    ),
    st.builds(
        lambda go: {"kind": "language", "text": TEXT, "keys": {"1": "zh", "2": "en"}, "next": go},
        node_ids,
    ),
    st.builds(lambda queue: {"kind": "queue", "queue": queue}, st.sampled_from(["service", "x"])),
    st.sampled_from([{"kind": "message", "text": TEXT}, {"kind": "hangup"}]),
)  # fmt: skip


@st.composite
def menus(draw: st.DrawFn) -> dict[str, Any]:
    """A tree whose unreachable nodes are pruned, so that many pass the check."""
    made = {name: draw(nodes) for name in NAMES} | {
        "person": {"kind": "queue", "queue": "service", "priority": 5}
    }
    body = {"title": TEXT, "start": "a", "person": "person", "nodes": made}
    return _pruned(body)


def _pruned(body: dict[str, Any]) -> dict[str, Any]:
    reached, waiting = {"person"}, ["a"]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        waiting += _targets(body["nodes"][name])
    kept = {name: node for name, node in body["nodes"].items() if name in reached}
    return body | {"nodes": kept}


def _targets(node: dict[str, Any]) -> list[str]:
    places = [node.get(field) for field in ("next", "otherwise", "open", "night")]
    places += [choice["go"] for choice in node.get("choices", ())]
    return [place for place in places if place]
