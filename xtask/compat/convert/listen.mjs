// node --import listen.mjs PROGRAM: whatever port a program asks for, it listens at
// 127.0.0.1 and the port that PORT names.
import { Server } from "node:net";

const listen = Server.prototype.listen;
Server.prototype.listen = function (...args) {
  const done = args.find((one) => typeof one === "function");
  return listen.call(this, { host: "127.0.0.1", port: Number(process.env.PORT) }, done);
};
