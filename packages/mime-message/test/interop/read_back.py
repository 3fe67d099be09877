"""Reads composed messages from standard input, one base64 line each, and prints what Python's email package sees."""
import base64
import email
import email.policy
import json
import sys

for line in sys.stdin:
    octets = base64.b64decode(line)
    message = email.message_from_bytes(octets, policy=email.policy.default)
    defects = [type(defect).__name__ for part in message.walk() for defect in part.defects]

    def addresses(field):
        return [
            {"name": address.display_name, "address": address.addr_spec}
            for header in message.get_all(field, [])
            for address in header.addresses
        ]

    text = message.get_body(("plain",))
    html = message.get_body(("html",))
    print(
        json.dumps(
            {
                "defects": defects,
                "subject": message["subject"],
                "from": addresses("from"),
                "to": addresses("to"),
                "fields": message.keys(),
                "text": None if text is None else text.get_content(),
                "html": None if html is None else html.get_content(),
                "attachments": [
                    {
                        "filename": part.get_filename(),
                        "type": part.get_content_type(),
                        "content": base64.b64encode(
                            part.get_payload(decode=True) or b""
                        ).decode(),
                    }
                    for part in message.iter_attachments()
                ],
            }
        )
    )
