"""Reads a message with Python's email package and prints what it found as JSON."""

import email
import email.policy
import hashlib
import json
import sys

with open(sys.argv[1], "rb") as file:
    message = email.message_from_binary_file(file, policy=email.policy.default)

body = message.get_body(preferencelist=("plain",))
print(
    json.dumps(
        {
            "defects": [str(defect) for part in message.walk() for defect in part.defects],
            "subject": message["subject"],
            "from": [[address.display_name, address.addr_spec] for address in message["from"].addresses],
            "to": [[address.display_name, address.addr_spec] for address in message["to"].addresses],
            "messageId": message["message-id"],
            "text": body.get_content().replace("\r\n", "\n"),
            "attachments": [
                {
                    "name": part.get_filename(),
                    "type": part.get_content_type(),
                    "sha256": hashlib.sha256(part.get_payload(decode=True)).hexdigest(),
                }
                for part in message.iter_attachments()
            ],
        }
    )
)
