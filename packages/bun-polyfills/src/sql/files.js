/** `sql.file`: in programs that may read files. */
import { readFileSync } from "node:fs";
import { files } from "./tag.js";

files.read = (path) => readFileSync(path, "utf8");
