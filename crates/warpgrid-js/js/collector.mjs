// When the engine's garbage collector runs, in a component that is built.
//
// SpiderMonkey is set for a browser: its nursery may grow to 64 MiB, and the rest of
// the heap is first collected at 29 MiB. Garbage of a service would come together
// until an instance has several times the memory that it needs. The engine has no
// option for that. But a component is a snapshot of its memory, in which the settings
// stand as in SpiderMonkey's js/src/gc/Scheduling.h: GCSchedulingTunables, and in each
// zone the thresholds that were computed from them.

const KIB = 1024;
const MIB = 1024 * KIB;

const MOST = 32 * MIB;
/** How far a small heap may grow before it is collected (lowFrequencyHeapGrowth). */
const GROWTH = 1.5;
/** What a heap of the most bytes is kept below (largeHeapIncrementalLimit). */
const MARGIN = 1.1;
/** A threshold that nothing reaches. */
const NEVER = 0xffffffff;

/**
 * What the engine is built with, and what a service is better with. In bytes: how large
 * the nursery may be, what the heap and what it has by malloc may be before they are
 * first collected, and after how much more the next slice of a collection is made. And
 * the nanoseconds within which a second collection lets the heap grow threefold.
 */
const BUILT = { nursery: 64 * MIB, heap: 27 * MIB, malloc: 38 * MIB, slice: 1 * MIB, often: 1_000_000_000 };
const OURS = { nursery: 1 * MIB, heap: 1 * MIB, malloc: 1 * MIB, slice: 16 * KIB, often: 0 };

/**
 * gcMaxBytes, gcMinNurseryBytes, gcMaxNurseryBytes, gcZoneAllocThresholdBase, smallHeapSizeMaxBytes,
 * largeHeapSizeMinBytes; smallHeapIncrementalLimit, largeHeapIncrementalLimit; highFrequencyThreshold;
 * highFrequencyLargeHeapGrowth, highFrequencySmallHeapGrowth, lowFrequencyHeapGrowth;
 * mallocThresholdBase, zoneAllocDelayBytes.
 */
const tunables = ({ nursery, heap, malloc, slice, often }) =>
  Buffer.concat([
    bytes(MOST, 256 * KIB, nursery, heap, 100 * MIB, 500 * MIB),
    doubles(1.7, MARGIN),
    bytes(often, 0),
    doubles(1.5, 3, GROWTH),
    bytes(malloc, slice),
  ]);

/** Of a zone with so many bytes, or with fewer than `base`: where it is collected bit by bit, and where at once. */
function thresholds({ nursery }, base, used) {
  const start = Math.floor(Math.max(base, used) * GROWTH);
  return bytes(start, start + nursery, NEVER);
}

const gcHeapThreshold = (settings, used = 0) => thresholds(settings, Math.min(settings.heap, MOST / MARGIN / GROWTH), used);
const mallocHeapThreshold = (settings, used = 0) => thresholds(settings, settings.malloc, used);

/** Where a zone has how much of it is used: so many bytes before its threshold. */
const USED = new Map([[gcHeapThreshold, 16], [mallocHeapThreshold, 12]]);

const CORE_MODULE = 1;
const DATA = 11;
const PREAMBLE = 8;
const I32_CONST = 0x41;
const END = 0x0b;

/**
 * The component, into which our settings are written.
 * @param {Uint8Array} component
 */
export function setCollector(component) {
  const memory = [...segments(component)];
  for (const values of [tunables, gcHeapThreshold, mallocHeapThreshold]) {
    const built = values(BUILT);
    const before = USED.get(values) ?? 0;
    const places = memory.flatMap((segment) => occurrences(segment, built, before));
    if (places.length === 0) {
      throw new Error(`the engine's memory has no ${values.name} as js/collector.mjs knows them: see whether it is another engine`);
    }
    for (const place of places) place.set(values(OURS, before && place.readUInt32LE()), before);
  }
  return component;
}

/** @param {number[]} values of 32 bits each */
function bytes(...values) {
  return Buffer.from(Uint32Array.from(values).buffer);
}

/** @param {number[]} values */
function doubles(...values) {
  return Buffer.from(Float64Array.from(values).buffer);
}

/**
 * @param {Buffer} segment
 * @param {Buffer} wanted
 * @param {number} before how many bytes before each are taken with it
 */
function occurrences(segment, wanted, before) {
  const found = [];
  for (let at = segment.indexOf(wanted, before); at >= 0; at = segment.indexOf(wanted, at + 1)) {
    found.push(segment.subarray(at - before, at + wanted.length));
  }
  return found;
}

/**
 * What the core modules' memories begin with.
 * @param {Uint8Array} component
 */
function* segments(component) {
  for (const module of sections(component, CORE_MODULE)) {
    for (const data of sections(module, DATA)) {
      const reader = new Reader(data);
      for (let left = reader.leb(); left > 0; left--) {
        // Others than an active one of the first memory the snapshot does not have.
        if (reader.leb() !== 0 || reader.byte() !== I32_CONST) return;
        reader.leb();
        if (reader.byte() !== END) return;
        yield reader.take(reader.leb());
      }
    }
  }
}

/**
 * @param {Uint8Array} bytes a module or component
 * @param {number} wanted
 */
function* sections(bytes, wanted) {
  const reader = new Reader(bytes);
  reader.take(PREAMBLE);
  while (!reader.done) {
    const id = reader.byte();
    const content = reader.take(reader.leb());
    if (id === wanted) yield content;
  }
}

/** Reads the binary format of WebAssembly. */
class Reader {
  #bytes;
  #at = 0;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done() {
    return this.#at >= this.#bytes.length;
  }

  byte() {
    return this.#bytes[this.#at++];
  }

  /** An unsigned LEB128, or the length of a signed one's low 32 bits. */
  leb() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** @param {number} length */
  take(length) {
    const taken = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }
}
