import fs, { chmodSync } from "node:fs";
import { createServer } from "node:http";

const shared = new SharedArrayBuffer(8);
fs.watch(import.meta.dirname, () => chmodSync("a", 0o600));
createServer((_request, response) => response.end("é".normalize("NFC") + shared.byteLength)).listen(8080);
