// What of Node's is here, and what not.
import type { Entry, Inventory } from "./inventory.js";

export interface Row {
  name: string;
  status: "exists" | "partly" | "none";
  /** How many names there are, of Node's. */
  names: number;
  of: number;
  missing: string[];
  /** They exist, and throw an error that says what to do instead. */
  refuse: string[];
}

function differences(name: string, node: Entry, here: Entry): string[] {
  const missing = node.members.filter((member) => !here.members.includes(member));
  if (missing.length === 0 || here.refuses) return [];
  // Of lists of numbers it is enough to say how many.
  if (/^(constants|signals|errno|codes)$/.test(name) || missing.length > 20) return [`${name} (${node.members.length - missing.length} of ${node.members.length} members)`];
  return missing.map((member) => (node.kind === "class" ? `${name}.prototype.${member}` : `${name}.${member}`));
}

export function compare(name: string, node: Inventory, here: Inventory | undefined): Row {
  const all = Object.keys(node);
  const present = all.filter((one) => here && Object.hasOwn(here, one));
  const refuse = present.filter((one) => here![one]!.refuses);
  const missing = all.filter((one) => !present.includes(one));
  for (const one of present) missing.push(...differences(one, node[one]!, here![one]!));
  const works = present.length - refuse.length;
  const status = works === 0 ? "none" : missing.length + refuse.length === 0 ? "exists" : "partly";
  return { name, status, names: works, of: all.length, missing, refuse };
}
