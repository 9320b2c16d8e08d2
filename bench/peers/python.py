"""A case by Python requests or aiohttp: python.py requests|aiohttp FILE COUNT [IN_FLIGHT]

FILE is written by bench/request_file.lua. Each call encodes the body, signs the request and decodes the response. Prints seconds
on the clock and seconds of CPU.
"""
import asyncio
import base64
import email.utils
import hashlib
import hmac
import json
import sys
import time
import uuid


class Request:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.__dict__.update(json.load(file))
        self.key = base64.b64decode(self.secretKey)

    def headers(self):
        date = email.utils.formatdate(usegmt=True).replace("GMT", "UTC")
        request_id = str(uuid.uuid4())
        text = f"{date}:{request_id}:{self.path}:{self.appKey}"
        signature = base64.b64encode(hmac.digest(self.key, text.encode(), hashlib.sha1)).decode()
        return {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": "peer/1.0",
            "Authorization": f"MC {self.accessKey}:{signature}",
            "x-mc-app-id": self.appId,
            "x-mc-date": date,
            "x-mc-req-id": request_id,
        }


def check(status, response):
    assert status == 200 and response["data"][0]["accountDisabled"] is True


def report(wall, cpu):
    print(f"{time.monotonic() - wall:.6f} {time.process_time() - cpu:.6f}")


def run_requests(request, count, _):
    import requests

    session = requests.Session()
    session.trust_env = False

    def run(total):
        for _ in range(total):
            response = session.post(request.url, data=json.dumps(request.body), headers=request.headers(), timeout=30)
            check(response.status_code, response.json())

    run(100)
    wall, cpu = time.monotonic(), time.process_time()
    run(count)
    report(wall, cpu)


async def run_aiohttp(request, count, in_flight):
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:

        async def work(left):
            while left[0] > 0:
                left[0] -= 1
                async with session.post(request.url, data=json.dumps(request.body), headers=request.headers()) as response:
                    check(response.status, await response.json())

        async def run(total):
            left = [total]
            await asyncio.gather(*(work(left) for _ in range(in_flight)))

        await run(200)
        wall, cpu = time.monotonic(), time.process_time()
        await run(count)
        report(wall, cpu)


def main():
    client, path, count = sys.argv[1:4]
    in_flight = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    if client == "requests":
        run_requests(Request(path), int(count), in_flight)
    else:
        asyncio.run(run_aiohttp(Request(path), int(count), in_flight))


main()
