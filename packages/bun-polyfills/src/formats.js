/** Bun.TOML and Bun.YAML: they read. */
import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";

export const TOML = { parse: (/** @type {string} */ text) => parseToml(text) };
export const YAML = { parse: (/** @type {string} */ text) => parseYaml(text) };
