// [directories]: what a guest reaches of this machine, and what it does not.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wasi } from "../src/patched.js";
import { checkDirectories, directories } from "../src/wasi/directories.js";

const modules = await wasi();
const bytes = (text) => new TextEncoder().encode(text);
let outer = "";
let root;
const files = new Set();

beforeEach(() => {
  outer = mkdtempSync(join(tmpdir(), "warpgrid-directories-"));
  mkdirSync(join(outer, "data/below"), { recursive: true });
  writeFileSync(join(outer, "secret"), "secret");
  writeFileSync(join(outer, "data/below/file"), "content");
  symlinkSync("../secret", join(outer, "data/out"));
  symlinkSync("..", join(outer, "data/up"));
  symlinkSync(join(outer, "secret"), join(outer, "data/absolute"));
  symlinkSync("below/file", join(outer, "data/in"));
  symlinkSync("round", join(outer, "data/round"));
  const { preopens } = directories({ wasi: modules, files }, new Map([["/data", join(outer, "data")]]));
  [[root]] = preopens.getDirectories();
});
afterEach(() => {
  for (const file of files) file[Symbol.dispose]();
  rmSync(outer, { recursive: true });
});

const follow = { symlinkFollow: true };
const read = { read: true };
const write = { read: true, write: true };
const thrown = (call) => {
  try {
    call();
    return null;
  } catch (error) {
    return error;
  }
};

test("nothing leads out", () => {
  for (const path of ["../secret", "below/../../secret", "/etc/passwd", "out", "up/secret", "up", "absolute", "../nowhere", "below/../.."]) {
    for (const use of [() => root.openAt(follow, path, {}, read), () => root.statAt(follow, path)]) {
      expect({ path, error: thrown(use) }).toEqual({ path, error: "not-permitted" });
    }
  }
  const below = root.openAt(follow, "below", { directory: true }, { mutateDirectory: true });
  expect(thrown(() => below.openAt(follow, "../in", {}, read))).toBe("not-permitted");
  expect(thrown(() => root.createDirectoryAt("../made"))).toBe("not-permitted");
  expect(thrown(() => root.renameAt("in", root, "../moved"))).toBe("not-permitted");
  expect(thrown(() => root.linkAt(follow, "out", root, "linked"))).toBe("not-permitted");
  expect(thrown(() => root.symlinkAt("/etc", "etc"))).toBe("not-permitted");
  expect(thrown(() => root.openAt(follow, "round", {}, read))).toBe("loop");
  expect(thrown(() => root.openAt({}, "out", {}, read))).toBe("loop");
  expect(readFileSync(join(outer, "secret"), "utf8")).toBe("secret");
});

test("files are read and written", () => {
  const file = root.openAt(follow, "in", {}, read);
  expect(file.read(3n, 1n)).toEqual([bytes("ont"), false]);
  expect(file.read(3n, 7n)[1]).toBe(true);
  expect(thrown(() => file.write(bytes("x"), 0n))).toBe("not-permitted");
  const stream = file.readViaStream(4n);
  expect(new TextDecoder().decode(stream.blockingRead(100n))).toBe("ent");
  expect(thrown(() => stream.read(1n))).toEqual({ tag: "closed" });
  const made = root.openAt(follow, "new", { create: true, exclusive: true }, write);
  const output = made.writeViaStream(0n);
  output.blockingWriteAndFlush(bytes("first"));
  output.blockingWriteAndFlush(bytes(" second"));
  made.appendViaStream().blockingWriteAndFlush(bytes("!"));
  made.write(bytes("F"), 0n);
  expect(readFileSync(join(outer, "data/new"), "utf8")).toBe("First second!");
  made.setSize(5n);
  expect(made.stat()).toMatchObject({ type: "regular-file", size: 5n });
  expect(thrown(() => root.openAt(follow, "new", { create: true, exclusive: true }, write))).toBe("exist");
  expect(files.size).toBe(2);
  file[Symbol.dispose]();
  made[Symbol.dispose]();
  expect(files.size).toBe(0);
});

test("directories are made, listed and removed", () => {
  root.createDirectoryAt("made");
  expect(thrown(() => root.createDirectoryAt("made"))).toBe("exist");
  root.symlinkAt("below", "made/link");
  expect(root.readlinkAt("made/link")).toBe("below");
  expect(thrown(() => root.removeDirectoryAt("made"))).toBe("not-empty");
  root.unlinkFileAt("made/link");
  root.removeDirectoryAt("made");
  root.renameAt("in", root, "renamed");
  root.linkAt({}, "below/file", root, "linked");
  const names = [];
  const entries = root.readDirectory();
  for (let entry = entries.readDirectoryEntry(); entry; entry = entries.readDirectoryEntry()) names.push(`${entry.name} ${entry.type}`);
  expect(names.sort()).toEqual(["absolute symbolic-link", "below directory", "linked regular-file", "out symbolic-link", "renamed symbolic-link", "round symbolic-link", "up symbolic-link"]);
  expect(root.openAt(follow, "linked", {}, read).isSameObject(root.openAt(follow, "renamed", {}, read))).toBe(true);
  expect(thrown(() => root.openAt(follow, "below/file/x", {}, read))).toBe("not-directory");
  expect(thrown(() => root.openAt(follow, "nowhere/x", {}, read))).toBe("no-entry");
  expect(thrown(() => root.openAt(follow, "below/file", { directory: true }, read))).toBe("not-directory");
  expect(existsSync(join(outer, "moved"))).toBe(false);
});

test("a directory opened to be read is not changed", () => {
  const below = root.openAt(follow, "below", { directory: true }, read);
  for (const change of [() => below.unlinkFileAt("file"), () => below.createDirectoryAt("x"), () => below.openAt(follow, "file", {}, write), () => below.openAt(follow, "x", { create: true }, read)]) {
    expect(thrown(change)).toBe("not-permitted");
  }
});

test("one that is not there is refused", () => {
  expect(() => checkDirectories(new Map([["/x", join(outer, "nowhere")]]))).toThrow("is no directory");
});
