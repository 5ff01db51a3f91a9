// What there is of Node's modules and of the Web's globals. Asked by GET, this lists
// what it finds where it runs: under Node, all of it. Asked by POST with Node's list,
// in a component, it compares.
import { compare, type Row } from "./compare.js";
import { inventory, type Inventory } from "./inventory.js";
import { modules } from "./modules.js";

interface Table {
  matrix: "node-apis";
  node: string;
  modules: Row[];
  globals: Row[];
}

interface List {
  node: string;
  modules: Record<string, Inventory>;
  globals: Inventory;
}

/** Taken before anything else is asked for. Under Node nothing needs to be tried. */
const globals = inventory(globalThis, !process.getBuiltinModule);

function list(tried: boolean): List {
  return { node: process.version, modules: Object.fromEntries(Object.entries(modules()).map(([name, module]) => [name, inventory(module, tried)])), globals };
}

export default {
  async fetch(request: Request) {
    if (request.method !== "POST") return Response.json(list(false));
    const here = list(true);
    const node: List = await request.json();
    const rows = Object.keys(node.modules).sort().map((name) => compare(name, node.modules[name]!, here.modules[name]));
    const classes = Object.keys(node.globals).filter((name) => !/^global/.test(name)).sort().map((name) => compare(name, { [name]: node.globals[name]! }, here.globals));
    const table: Table = { matrix: "node-apis", node: node.node, modules: rows, globals: classes };
    return Response.json(table);
  },
};
