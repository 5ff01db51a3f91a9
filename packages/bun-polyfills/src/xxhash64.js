/** XXH64, as its specification has it (xxHash, doc/xxhash_spec.md). */

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

/** @param {bigint} value */
const u64 = (value) => BigInt.asUintN(64, value);
/** @param {bigint} value @param {bigint} by */
const rotated = (value, by) => u64(value << by) | (value >> (64n - by));
/** @param {bigint} lane @param {bigint} input */
const round = (lane, input) => u64(rotated(u64(lane + input * P2), 31n) * P1);

/**
 * @param {Uint8Array} data
 * @param {bigint} [seed]
 */
export function xxHash64(data, seed = 0n) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  let hash = u64(seed + P5);
  if (data.length >= 32) {
    const lanes = [u64(seed + P1 + P2), u64(seed + P2), seed, u64(seed - P1)];
    for (; at + 32 <= data.length; at += 32) for (let i = 0; i < 4; i++) lanes[i] = round(lanes[i], view.getBigUint64(at + i * 8, true));
    const [a, b, c, d] = lanes;
    hash = u64(rotated(a, 1n) + rotated(b, 7n) + rotated(c, 12n) + rotated(d, 18n));
    for (const lane of lanes) hash = u64((hash ^ round(0n, lane)) * P1 + P4);
  }
  hash = u64(hash + BigInt(data.length));
  for (; at + 8 <= data.length; at += 8) hash = u64(rotated(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4);
  for (; at + 4 <= data.length; at += 4) hash = u64(rotated(hash ^ u64(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3);
  for (; at < data.length; at++) hash = u64(rotated(hash ^ u64(BigInt(data[at]) * P5), 11n) * P1);
  hash = u64((hash ^ (hash >> 33n)) * P2);
  hash = u64((hash ^ (hash >> 29n)) * P3);
  return hash ^ (hash >> 32n);
}
