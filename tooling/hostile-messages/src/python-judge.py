"""Reads messages, one in base64 per line of standard input, with Python's email package; answers one line of JSON each."""

import base64
import email
import email.policy
import hashlib
import json
import sys

STRICT = email.policy.SMTPUTF8.clone(raise_on_defect=True)
LOOSE = email.policy.SMTPUTF8


def mailboxes(value):
    return [{"name": one.display_name, "address": one.addr_spec} for one in value.addresses]


def read(octets, policy):
    message = email.message_from_bytes(octets, policy=policy)
    defects = []
    parts = []
    for part in message.walk():
        defects += [type(defect).__name__ for defect in part.defects]
        for name, value in part.items():
            defects += [f"{name}: {type(defect).__name__}" for defect in getattr(value, "defects", [])]
        if part.is_multipart():
            continue
        data = part.get_payload(decode=True)
        if data is None:
            data = b""
        text = None
        if part.get_content_maintype() == "text":
            text = part.get_content()
        parts.append(
            {
                "type": part.get_content_type(),
                "disposition": part.get_content_disposition(),
                "filename": part.get_filename(),
                "sha256": hashlib.sha256(data).hexdigest(),
                "text": text,
                "fields": sorted(name.lower() for name in part.keys()),
            }
        )
    return {
        "fields": sorted(name.lower() for name in message.keys()),
        "values": {name.lower(): str(value) for name, value in message.items()},
        "mailboxes": {
            name.lower(): mailboxes(value) for name, value in message.items() if hasattr(value, "addresses")
        },
        "defects": defects,
        "parts": parts,
    }


def answer(octets):
    try:
        return read(octets, STRICT)
    except Exception as error:  # a defect is raised as what it is
        refused = f"{type(error).__name__}: {error}"
    try:
        return {**read(octets, LOOSE), "refused": refused}
    except Exception as error:
        return {"refused": f"{type(error).__name__}: {error}"}


for line in sys.stdin:
    # ASCII on the way back: lone surrogates, which Python makes of broken octets, survive as escapes.
    print(json.dumps(answer(base64.b64decode(line))), flush=True)
