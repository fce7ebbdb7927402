"""Digest answers to 401 and 407 (RFC 2617, MD5, with and without ``qop=auth``)."""

import hashlib
import re
from dataclasses import dataclass

from mainline.sip.message import token

_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^,\s]+))')


@dataclass(frozen=True)
class Credentials:
    """Who a telephone says it is."""

    user: str
    password: str


def answer(challenge: str, credentials: Credentials, method: str, uri: str) -> str:
    """The value of the ``Authorization`` header for a challenge."""
    asked = {key.lower(): quoted or plain for key, quoted, plain in _FIELD.findall(challenge)}
    realm, nonce = asked.get("realm", ""), asked.get("nonce", "")
    secret = _md5(f"{credentials.user}:{realm}:{credentials.password}")
    request = _md5(f"{method}:{uri}")
    fields = [
        f'Digest username="{credentials.user}"',
        f'realm="{realm}"',
        f'nonce="{nonce}"',
        f'uri="{uri}"',
        "algorithm=MD5",
    ]
    if "auth" in asked.get("qop", "").split(","):
        own = token()
        proof = _md5(f"{secret}:{nonce}:00000001:{own}:auth:{request}")
        fields += ["qop=auth", "nc=00000001", f'cnonce="{own}"']
    else:
        proof = _md5(f"{secret}:{nonce}:{request}")
    if "opaque" in asked:
        fields.append(f'opaque="{asked["opaque"]}"')
    return ", ".join([*fields, f'response="{proof}"'])


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
