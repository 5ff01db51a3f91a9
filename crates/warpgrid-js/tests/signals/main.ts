// A service that is told to stop while it answers: the request that is open is
// answered, and says what the program was told.
import http from "node:http";

const told: string[] = [];
const stopped = new Promise<void>((resolve) => {
  process.on("SIGTERM", (name, number) => {
    told.push(`${name} ${number}`);
    server.close((error) => {
      told.push(error ? error.message : "closed");
      resolve();
    });
  });
});
process.once("SIGHUP", () => told.push("SIGHUP"));

const server = http.createServer(async (request, response) => {
  if (request.url === "/wait") {
    await new Promise((resolve) => process.once("SIGTERM", resolve));
    response.end(JSON.stringify(told));
  } else if (request.url === "/raise") {
    process.once("SIGINT", (name) => response.end(JSON.stringify([name, process.listenerCount("SIGINT")])));
    process.kill(process.pid, "SIGINT");
  } else {
    response.end("ready");
  }
});
const [host, port] = (process.env.LISTEN ?? "127.0.0.1:8080").split(":");
server.listen(Number(port), host);
stopped.then(() => console.log(`told: ${told.join(", ")}`));
