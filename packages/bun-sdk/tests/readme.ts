// The examples of README.md, each with what it prints.
import { join } from "node:path";

export interface Example {
  code: string;
  printed: string;
}

/** Every block of TypeScript, and the block of text that follows it. */
export async function examples(): Promise<Example[]> {
  const text = await Bun.file(join(import.meta.dir, "../README.md")).text();
  const found = [...text.matchAll(/```ts\n(.*?)```\n+(?:```text\n(.*?)```)?/gs)];
  return found.map(([, code, printed]) => {
    if (printed === undefined) throw new Error(`an example does not say what it prints:\n${code}`);
    return { code: code!, printed };
  });
}

/** What it prints, in a process of its own. */
export async function run(code: string): Promise<string> {
  // Where the package's name means this package.
  const file = join(import.meta.dir, `.example-${crypto.randomUUID()}.ts`);
  await Bun.write(file, code);
  try {
    const child = Bun.spawn([process.execPath, file], { env: process.env, stdout: "pipe", stderr: "pipe" });
    const [stdout, stderr] = [await new Response(child.stdout).text(), await new Response(child.stderr).text()];
    if ((await child.exited) !== 0) throw new Error(`${code}\n${stderr}`);
    return stdout;
  } finally {
    await Bun.file(file).delete();
  }
}
