"""One row's work by Python requests, over one kept connection: session.py FILE COUNT

FILE holds the request as bare.c reads it. The body is encoded and the answer decoded at each call; nothing is signed.
Prints seconds on the clock and seconds of CPU.
"""
import json
import sys
import time

import requests


def read_request(path):
    with open(path, encoding="utf-8") as file:
        head, body = file.read().split("\n\n", 1)
    url, *lines = head.split("\n")
    return url, dict(line.split(": ", 1) for line in lines), json.loads(body)


def run(session, url, headers, body, count):
    for _ in range(count):
        answer = session.post(url, data=json.dumps(body), headers=headers, timeout=30)
        assert answer.status_code == 200 and answer.json()["data"][0]["accountDisabled"] is True


def main():
    url, headers, body = read_request(sys.argv[1])
    session = requests.Session()
    session.trust_env = False
    run(session, url, headers, body, 100)
    wall, cpu = time.monotonic(), time.process_time()
    run(session, url, headers, body, int(sys.argv[2]))
    print(f"{time.monotonic() - wall:.6f} {time.process_time() - cpu:.6f}")


main()
