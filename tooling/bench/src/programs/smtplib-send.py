# Python's smtplib over one connection: smtplib-send.py PORT COUNT FILE
import smtplib
import sys

port, count, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
with open(path, "rb") as file:
    content = file.read()
with smtplib.SMTP("127.0.0.1", port, local_hostname="bench.example") as client:
    for _ in range(count):
        refused = client.sendmail("ann@example.com", ["bob@example.org"], content)
        if refused:
            sys.exit(1)
