// The table as a page.
import type { Row } from "./compare.js";

export interface Table {
  matrix: "node-apis";
  node: string;
  modules: Row[];
  globals: Row[];
}

const MOST = 24;

const code = (names: string[]) => {
  const shown = names.slice(0, MOST).map((name) => `\`${name}\``);
  return names.length > MOST ? `${shown.join(", ")} and ${names.length - MOST} more` : shown.join(", ");
};

const line = (...cells: string[]) => `| ${cells.join(" | ")} |`;

function modules(rows: Row[]) {
  const lines = rows
    .filter(({ status }) => status !== "none")
    .map(({ name, names, of, missing, refuse }) => line(`\`${name}\``, `${names} of ${of}`, code(missing), code(refuse)));
  return [line("module", "names", "missing", "refuse"), line("---", "---", "---", "---"), ...lines].join("\n");
}

/** Everything that JavaScript itself and the Web's standards have, where a part of it is missing. */
function globals(rows: Row[]) {
  const lines = rows.filter(({ status }) => status === "partly").map(({ name, missing }) => line(`\`${name}\``, code(missing)));
  return [line("global", "missing"), line("---", "---"), ...lines].join("\n");
}

const names = (rows: Row[], status: Row["status"]) => rows.filter((row) => row.status === status).map(({ name }) => name);
const all = (rows: Row[], status: Row["status"]) => names(rows, status).map((name) => `\`${name}\``).join(", ");

export const page = (table: Table) => `# Node's modules and the Web's globals

What a component finds of what Node ${table.node} has, as a program that runs in one saw
it (\`xtask/compat/node-apis\`). A name that exists may do less than Node's: what is known
of that, the README of \`packages/node-compat\` says. A name that refuses throws an error
that says what to do instead. An import of a name that is missing is no error until it
is called.

## Modules

${modules(table.modules)}

None of these works: ${all(table.modules, "none")}.

## Globals

Whole: ${all(table.globals, "exists")}.

${globals(table.globals)}

Missing: ${all(table.globals, "none")}.
`;
