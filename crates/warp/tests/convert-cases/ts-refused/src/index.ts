import { execSync } from "node:child_process";
import { Worker } from "node:worker_threads";

export default {
  fetch() {
    new Worker("./worker.js");
    return new Response(execSync("ls") + new Intl.NumberFormat().format(1));
  },
};
