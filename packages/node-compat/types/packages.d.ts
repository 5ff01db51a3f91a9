// Packages that stand for Node's modules have the types of those.
declare module "readable-stream" {
  export { Duplex, Readable, Transform, Writable } from "node:stream";
}
declare module "readable-stream/lib/stream.js" {
  export { promises } from "node:stream";
}
declare module "buffer/index.js" {
  export { Buffer, INSPECT_MAX_BYTES, kMaxLength, SlowBuffer } from "node:buffer";
}
declare module "browserify-zlib" {
  const zlib: Record<string, any>;
  export default zlib;
}
