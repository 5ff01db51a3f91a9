// Natively: the same service on a port.
import { serve } from "@hono/node-server";
import app from "./main.js";

const [hostname, port] = (process.env.LISTEN ?? "127.0.0.1:8080").split(":");
// Responses as they are everywhere: the adapter has quicker ones with other headers.
serve({ fetch: app.fetch, hostname, port: Number(port), overrideGlobalObjects: false });
