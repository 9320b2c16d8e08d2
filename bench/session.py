"""One row's work by Python requests, over one kept connection: session.py FILE COUNT

FILE has the request in the format of bare.c. Each call encodes the body and decodes the response; nothing is signed.
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
        response = session.post(url, data=json.dumps(body), headers=headers, timeout=30)
        assert response.status_code == 200 and response.json()["data"][0]["accountDisabled"] is True


def main():
    url, headers, body = read_request(sys.argv[1])
    session = requests.Session()
    session.trust_env = False
    run(session, url, headers, body, 100)
    wall, cpu = time.monotonic(), time.process_time()
    run(session, url, headers, body, int(sys.argv[2]))
    print(f"{time.monotonic() - wall:.6f} {time.process_time() - cpu:.6f}")


main()
