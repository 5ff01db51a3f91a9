// What a file asks for of Node's modules and of the globals that a component does
// not have, by its syntax.
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import oxc from "oxc-parser";
import { packageOf } from "./limits.mjs";

const SOURCE = /\.[cm]?[jt]sx?$/;
const FORMS = /^NFK?[CD]$/;

/** Other engines' own, unless they are among the modules. */
const FOREIGN = ["Bun", "Deno"];
/** By what a program finds files beside its own. */
const BESIDE = ["__dirname", "__filename"];

/**
 * @param {string} file
 * @param {string} project
 * @param {{ modules: Record<string, { missing: string[], refuse: string[] }>, globals: string[] }} missing
 * @returns {Promise<{ file: string, line: number, package?: string, name: string, certain: boolean }[]>}
 *   each name once; `certain` where it is used whenever the file is loaded
 */
export async function usesOf(file, project, missing) {
  const code = await sourceOf(file, project);
  if (!code) return [];
  const { program } = oxc.parseSync(file, code);
  const bound = bindings(program, missing.modules);
  const found = new Map();
  const use = (node, name, certain) => {
    const known = found.get(name);
    if (known && (known.certain || !certain)) return;
    found.set(name, { file, line: lineAt(code, node.start), package: packageOf(file), name, certain });
  };
  visit(program, { certain: true }, (node, parent, certain) => {
    const name = moduleName(node, bound, missing.modules);
    if (name) return use(node, name, certain && isRun(node, parent));
    if (isFreeName(node, parent, bound)) {
      if (missing.globals.includes(node.name) || FOREIGN.includes(node.name)) return use(node, node.name, certain);
      if (BESIDE.includes(node.name)) return use(node, node.name, false);
    }
    if (isNormalize(node)) return use(node, "String.prototype.normalize", certain);
    if (isOwnUrl(node)) use(node, "import.meta", false);
  });
  return [...found.values()];
}

/** Their servers listen when their plugins are loaded, which is later. */
const LOADS_PLUGINS = ["fastify", "@hapi/hapi", "@nestjs/core"];

/**
 * What answers requests: a `handler` that is exported or listens for them, a `server`,
 * or one that listens `later` than the program is loaded; `nothing`, too.
 * @param {string} entry
 * @param {[string, { imports: { original?: string }[] }][]} inputs
 * @param {string} project
 * @param {RegExp} [server] what starts a server of its own
 * @returns {Promise<"handler" | "server" | "later" | "nothing">}
 */
export async function serves(entry, inputs, project, server) {
  const own = inputs.filter(([file]) => !packageOf(file));
  const texts = await Promise.all(own.map(([file]) => sourceOf(file, project)));
  if (server && texts.some((text) => server.test(text))) return "server";
  if (texts.some((text) => /addEventListener\s*\(\s*["'`]fetch["'`]/.test(text))) return "handler";
  const file = relative(project, entry);
  const main = await sourceOf(file, project);
  const exported = /\bexport\s+default\b|\bas\s+default\b|\bexport\s+\*|\bmodule\s*\.\s*exports\s*=|\bexports\s*\.\s*(default|fetch)\b|\bexport\s+(async\s+)?(const|let|function)\s+fetch\b/;
  if (exported.test(main)) return "handler";
  const imported = (is) => inputs.some(([, { imports }]) => imports.some(({ original }) => is(original ?? "")));
  if (!imported((name) => /^(node:)?https?$/.test(name))) return "nothing";
  const ways = own.map(([name], i) => listening(name, texts[i])).filter(Boolean);
  if (ways.length === 0) return "nothing";
  if (ways.includes("awaited")) return "server";
  const loadsPlugins = own.some(([, { imports }]) => imports.some(({ original }) => LOADS_PLUGINS.includes(original)));
  return loadsPlugins || !ways.includes("soon") ? "later" : "server";
}

/** How a file listens: `awaited` at its top level, `soon`, `later`, or not at all. */
function listening(file, code) {
  if (!/\.\s*listen\s*\(/.test(code)) return;
  const found = new Set();
  let awaits = false;
  const walk = (node, above) => {
    if (Array.isArray(node)) return node.forEach((child) => walk(child, above));
    if (typeof node?.type !== "string") return;
    const functions = above.filter(({ type }) => FUNCTIONS.test(type));
    if (functions.length === 0 && (node.type === "AwaitExpression" || (node.type === "ForOfStatement" && node.await))) awaits = true;
    if (node.type === "CallExpression" && node.callee.property?.name === "listen") found.add(isLater(node, functions, above) ? "later" : "soon");
    for (const key in node) if (typeof node[key] === "object" && key !== "parent") walk(node[key], [...above, node]);
  };
  walk(oxc.parseSync(file, code).program, []);
  if (found.size === 0) return;
  return awaits ? "awaited" : found.has("soon") ? "soon" : "later";
}

/** Whether a call comes after something that was waited for. */
function isLater(call, functions, above) {
  const waits = (node) => {
    if (Array.isArray(node)) return node.some(waits);
    if (typeof node?.type !== "string" || node.start >= call.start) return false;
    return node.type === "AwaitExpression" || Object.values(node).some((child) => child && typeof child === "object" && waits(child));
  };
  const isCallback = (one) => above.some((node) => node.type === "CallExpression" && node.arguments?.includes(one) && /^(then|finally|once|on|connect|sync|ready)$/.test(node.callee.property?.name ?? ""));
  return functions.some((one) => (one.async && waits(one.body)) || isCallback(one));
}

async function sourceOf(file, project) {
  if (!SOURCE.test(file)) return "";
  return readFile(join(project, file), "utf8").catch(() => "");
}

const lineAt = (code, offset) => code.slice(0, offset).split("\n").length;

/**
 * The names of a file that are modules of Node's, or of what such a module has.
 * @returns {Map<string, { module: string, name?: string }>}
 */
function bindings(program, modules) {
  const bound = new Map([["process", { module: "process" }]]);
  if (Object.hasOwn(modules, "bun")) bound.set("Bun", { module: "bun" });
  const moduleOf = (text) => {
    const name = typeof text === "string" ? text.replace(/^node:/, "") : "";
    return Object.hasOwn(modules, name) ? name : undefined;
  };
  visit(program, { certain: true }, (node) => {
    if (node.type === "ImportDeclaration" && node.importKind !== "type") {
      const module = moduleOf(node.source.value);
      for (const { local, imported } of node.specifiers ?? []) bound.set(local.name, module ? { module, name: nameOf(imported) } : {});
    }
    if (node.type !== "VariableDeclarator") return;
    const module = moduleOf(required(node.init));
    if (node.id.type === "Identifier") bound.set(node.id.name, module ? { module } : (bound.get(node.id.name) ?? {}));
    if (node.id.type !== "ObjectPattern") return;
    for (const { key, value } of node.id.properties) {
      const local = value?.type === "AssignmentPattern" ? value.left : value;
      if (local?.type === "Identifier") bound.set(local.name, module ? { module, name: key.name, undefinable: true } : {});
    }
  });
  return bound;
}

const nameOf = (imported) => (imported?.name === "default" ? undefined : imported?.name);

/** `require("fs")`, `require("fs").promises` and the like, and `await import("fs")`. */
function required(node) {
  if (node?.type === "AwaitExpression") return required(node.argument);
  if (node?.type === "ImportExpression") return node.source.value;
  if (node?.type === "CallExpression" && node.callee.name === "require") return node.arguments[0]?.value;
  if (node?.type === "CallExpression" && /^_?_?import(Star|Default)$|^__toESM$/.test(node.callee.name ?? "")) return required(node.arguments[0]);
}

/** `fs.watch`, where the node is a use of a name that a module of Node's lacks. */
function moduleName(node, bound, modules) {
  const lacks = (module, name) => modules[module]?.missing.includes(name) || modules[module]?.refuse.includes(name);
  if (node.type === "MemberExpression" && !node.computed) {
    const direct = required(node.object)?.replace(/^node:/, "");
    const of = bound.get(node.object.name);
    const module = Object.hasOwn(modules, direct ?? "") ? direct : of && !of.name ? of.module : undefined;
    return module && lacks(module, node.property.name) ? `${module}.${node.property.name}` : undefined;
  }
  if (node.type !== "Identifier") return;
  const of = bound.get(node.name);
  return of?.name && lacks(of.module, of.name) ? `${of.module}.${of.name}` : undefined;
}

/** Whether a node is called, made, extended or handed on where it stands. */
function isRun(node, parent) {
  if (parent?.type === "CallExpression" || parent?.type === "NewExpression") return true;
  return parent?.superClass === node;
}

/** Whether a node reads a global, where that may be missing. */
function isFreeName(node, parent, bound) {
  if (node.type !== "Identifier" || bound.has(node.name)) return false;
  if (parent?.type === "UnaryExpression" && parent.operator === "typeof") return false;
  if (parent?.type === "MemberExpression") return parent.object === node || parent.computed;
  const isKey = parent?.key === node && !parent.computed;
  const declares = parent?.id === node || parent?.params?.includes(node) || parent?.label === node;
  const isType = parent?.type?.startsWith("TS") ?? false;
  return !isKey && !declares && !isType && !/Specifier$|Pattern$/.test(parent?.type ?? "");
}

function isNormalize(node) {
  if (node.type !== "CallExpression" || node.callee.property?.name !== "normalize") return false;
  return FORMS.test(node.arguments[0]?.value ?? "");
}

/** `import.meta.url` and the like. */
function isOwnUrl(node) {
  return node.type === "MemberExpression" && node.object.type === "MetaProperty" && /^(url|dirname|filename|dir|path)$/.test(node.property.name ?? "");
}

const FUNCTIONS = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|PropertyDefinition)$/;
const CONDITIONS = /^(IfStatement|TryStatement|ConditionalExpression|LogicalExpression|SwitchStatement)$/;

/** Visits a node and what is below; a function that is called where it stands is no function. */
function visit(node, { parent, certain }, each) {
  if (Array.isArray(node)) return node.forEach((child) => visit(child, { parent, certain }, each));
  if (typeof node?.type !== "string") return;
  each(node, parent, certain);
  const later = FUNCTIONS.test(node.type) && !(parent?.type === "CallExpression" && parent.callee === node);
  const below = certain && !later && !CONDITIONS.test(node.type);
  for (const key in node) if (typeof node[key] === "object" && key !== "parent") visit(node[key], { parent: node, certain: below }, each);
}
