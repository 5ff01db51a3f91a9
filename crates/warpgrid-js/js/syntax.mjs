/**
 * Goes through a tree of oxc's from the outside to the inside.
 * @param {any} node
 * @param {(node: any, parents: any[]) => void} each
 * @param {any[]} [parents] the innermost last
 */
export function visit(node, each, parents = []) {
  if (Array.isArray(node)) return node.forEach((child) => visit(child, each, parents));
  if (typeof node?.type !== "string") return;
  each(node, parents);
  const inner = [...parents, node];
  for (const key in node) if (typeof node[key] === "object") visit(node[key], each, inner);
}
