"""Verifies DKIM and ARC of messages with dkimpy: one line of JSON in, one line of JSON out.

In: {"zone": {name: record}, "files": [path]}. Out: for each file the results of its
DKIM-Signature fields, the first one first, and the state of its chain.
"""

import json
import sys

import dkim

order = json.load(sys.stdin)
zone = order["zone"]


def ask(name, timeout=5):
    text = name.decode() if isinstance(name, bytes) else name
    return zone.get(text.rstrip("."), "").encode()


def verdict(message, index):
    try:
        return dkim.DKIM(message).verify(idx=index, dnsfunc=ask)
    except dkim.DKIMException as error:
        return str(error)


found = []
for path in order["files"]:
    with open(path, "rb") as file:
        message = file.read()
    state, _, reason = dkim.arc_verify(message, dnsfunc=ask)
    signatures = [verdict(message, index) for index in range(order["signatures"])]
    found.append({"dkim": signatures, "arc": state.decode(), "why": str(reason)})
json.dump(found, sys.stdout)
