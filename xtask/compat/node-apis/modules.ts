// Those of which a component has something; under Node, of which there is more, all.
import assert from "node:assert";
import assertStrict from "node:assert/strict";
import asyncHooks from "node:async_hooks";
import buffer from "node:buffer";
import childProcess from "node:child_process";
import cluster from "node:cluster";
import consoleModule from "node:console";
import constants from "node:constants";
import crypto from "node:crypto";
import dgram from "node:dgram";
import diagnosticsChannel from "node:diagnostics_channel";
import dns from "node:dns";
import dnsPromises from "node:dns/promises";
import domain from "node:domain";
import events from "node:events";
import fs from "node:fs";
import fsPromises from "node:fs/promises";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import inspector from "node:inspector";
import inspectorPromises from "node:inspector/promises";
import module from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import pathPosix from "node:path/posix";
import pathWin32 from "node:path/win32";
import perfHooks from "node:perf_hooks";
import processModule from "node:process";
import punycode from "node:punycode";
import querystring from "node:querystring";
import readline from "node:readline";
import readlinePromises from "node:readline/promises";
import repl from "node:repl";
import stream from "node:stream";
import streamConsumers from "node:stream/consumers";
import streamPromises from "node:stream/promises";
import streamWeb from "node:stream/web";
import stringDecoder from "node:string_decoder";
import sys from "node:sys";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import tls from "node:tls";
import traceEvents from "node:trace_events";
import tty from "node:tty";
import url from "node:url";
import util from "node:util";
import utilTypes from "node:util/types";
import v8 from "node:v8";
import vm from "node:vm";
import wasi from "node:wasi";
import workerThreads from "node:worker_threads";
import zlib from "node:zlib";

// These are added to programs in which a file names something of them: createSign and
// createCipheriv of node:crypto; of crypto.subtle, deriveBits, "AES-GCM" and "ECDSA".

const here: Record<string, any> = {
  assert,
  "assert/strict": assertStrict,
  async_hooks: asyncHooks,
  buffer,
  child_process: childProcess,
  cluster,
  console: consoleModule,
  constants,
  crypto,
  dgram,
  diagnostics_channel: diagnosticsChannel,
  dns,
  "dns/promises": dnsPromises,
  domain,
  events,
  fs,
  "fs/promises": fsPromises,
  http,
  http2,
  https,
  inspector,
  "inspector/promises": inspectorPromises,
  module,
  net,
  os,
  path,
  "path/posix": pathPosix,
  "path/win32": pathWin32,
  perf_hooks: perfHooks,
  process: processModule,
  punycode,
  querystring,
  readline,
  "readline/promises": readlinePromises,
  repl,
  stream,
  "stream/consumers": streamConsumers,
  "stream/promises": streamPromises,
  "stream/web": streamWeb,
  string_decoder: stringDecoder,
  sys,
  timers,
  "timers/promises": timersPromises,
  tls,
  trace_events: traceEvents,
  tty,
  url,
  util,
  "util/types": utilTypes,
  v8,
  vm,
  wasi,
  worker_threads: workerThreads,
  zlib,
};

/** By their names without `node:`. */
export const modules = (): Record<string, any> => ({ ...(process.getBuiltinModule ? allOfNode(process.getBuiltinModule) : {}), ...here });

function allOfNode(get: (name: string) => object | undefined) {
  // Some are only found with the prefix, and not in every version.
  const names = [...module.builtinModules, "sea", "sqlite", "test", "test/reporters"].map((name) => name.replace(/^node:/, "")).filter((name) => !name.startsWith("_"));
  return Object.fromEntries(names.map((name) => [name, get(`node:${name}`)]).filter(([, found]) => found));
}
