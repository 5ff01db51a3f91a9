import { Glob } from "bun";

export default {
  async fetch(): Promise<Response> {
    const names = [...new Glob("*.txt").scanSync(import.meta.dir)];
    const { stdout } = Bun.spawn(["wc", ...names]);
    return new Response(stdout);
  },
};
