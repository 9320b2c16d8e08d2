// One row's work by node's fetch: fetch.mjs FILE COUNT IN_FLIGHT
//
// FILE has the request in the format of bare.c. Each call encodes the body and decodes the response; nothing is signed.
// Prints seconds on the clock and seconds of CPU.
import { readFileSync } from "node:fs";

const [path, count, inFlight] = process.argv.slice(2);
const text = readFileSync(path, "utf8");
const split = text.indexOf("\n\n");
const [url, ...lines] = text.slice(0, split).split("\n");
const headers = Object.fromEntries(lines.map((line) => line.split(": ")));
const body = JSON.parse(text.slice(split + 2));

async function run(total) {
  let left = total;
  async function work() {
    while (left-- > 0) {
      const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
      const decoded = await response.json();
      if (response.status !== 200 || decoded.data[0].accountDisabled !== true) throw new Error("a request failed");
    }
  }
  await Promise.all(Array.from({ length: Number(inFlight) }, work));
}

await run(300);
const wall = process.hrtime.bigint();
const cpu = process.cpuUsage();
await run(Number(count));
const took = process.cpuUsage(cpu);
console.log(`${Number(process.hrtime.bigint() - wall) / 1e9} ${(took.user + took.system) / 1e6}`);
