// A case by node's fetch or by undici's request: node.mjs fetch|undici FILE COUNT IN_FLIGHT
//
// FILE is written by bench/request_file.lua. Each call encodes the body, signs the request and decodes the response. Prints
// seconds on the clock and seconds of CPU. undici is in build/peers (bench/setup).
import { createHmac, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [client, file, count, inFlight] = process.argv.slice(2);
const request = JSON.parse(readFileSync(file, "utf8"));
const key = Buffer.from(request.secretKey, "base64");

function headers() {
  const date = new Date().toUTCString().replace("GMT", "UTC");
  const id = randomUUID();
  const signature = createHmac("sha1", key).update(`${date}:${id}:${request.path}:${request.appKey}`).digest("base64");
  return {
    "Content-Type": "application/json",
    Accept: "application/json",
    "User-Agent": "peer/1.0",
    Authorization: `MC ${request.accessKey}:${signature}`,
    "x-mc-app-id": request.appId,
    "x-mc-date": date,
    "x-mc-req-id": id,
  };
}

function check(status, response) {
  if (status !== 200 || response.data[0].accountDisabled !== true) throw new Error("a request failed");
}

async function byFetch() {
  const response = await fetch(request.url, { method: "POST", headers: headers(), body: JSON.stringify(request.body) });
  check(response.status, await response.json());
}

function byUndici() {
  const { Pool } = createRequire(new URL("../../build/peers/", import.meta.url))("undici");
  const pool = new Pool(new URL(request.url).origin, { connections: Number(inFlight) });
  return async () => {
    const { statusCode, body } = await pool.request({
      path: request.path, method: "POST", headers: headers(), body: JSON.stringify(request.body),
    });
    check(statusCode, await body.json());
  };
}

const call = client === "fetch" ? byFetch : byUndici();

async function run(total) {
  let left = total;
  async function work() {
    while (left-- > 0) await call();
  }
  await Promise.all(Array.from({ length: Number(inFlight) }, work));
}

await run(500);
const wall = process.hrtime.bigint();
const cpu = process.cpuUsage();
await run(Number(count));
const took = process.cpuUsage(cpu);
console.log(`${Number(process.hrtime.bigint() - wall) / 1e9} ${(took.user + took.system) / 1e6}`);
process.exit();
