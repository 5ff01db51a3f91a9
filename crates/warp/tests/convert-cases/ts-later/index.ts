import { createServer } from "node:http";
import { setTimeout } from "node:timers/promises";

async function main() {
  await setTimeout(1);
  createServer((_request, response) => response.end("hello")).listen(8080);
}

main();
