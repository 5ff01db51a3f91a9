// bun guarded.js PROGRAM ARGUMENTS…: runs a program for as long as standard input is open.
// So it ends with the process that asked for it, however that one ends.

/** How long the program may take to end, in milliseconds: open sessions of `warp db-proxy` have 10 s. */
const STOP = 12_000;

const [, , ...command] = process.argv;
try {
  const program = Bun.spawn(command, { stdin: "ignore", stdout: "inherit", stderr: "inherit" });
  void program.exited.then((code) => process.exit(code));
  for await (const _ of Bun.stdin.stream());
  program.kill("SIGTERM");
  setTimeout(() => program.kill("SIGKILL"), STOP);
} catch (error) {
  console.error(`cannot run ${command[0]}: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
export {};
