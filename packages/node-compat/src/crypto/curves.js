/**
 * The curves, made of @noble/curves' arithmetic. Its modules of ready curves bring
 * threshold signatures and more along, and draw random numbers when they are loaded,
 * which may be while the component is built.
 */
import { eddsa, edwards } from "@noble/curves/abstract/edwards.js";
import { pow } from "@noble/curves/abstract/modular.js";
import { montgomery } from "@noble/curves/abstract/montgomery.js";
import { ecdsa, weierstrass } from "@noble/curves/abstract/weierstrass.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { randomBytes as drawn } from "@noble/hashes/utils.js";

let making = false;
/** Making a curve tries its source of randomness, and looks at the length only. @param {number} [length] */
const randomBytes = (length = 32) => (making ? new Uint8Array(length) : drawn(length));

/**
 * When it is asked for: a program uses one of them, and what making the others leaves
 * behind would be part of the component.
 * @template T
 * @param {() => T} make
 */
function lazily(make) {
  /** @type {T | undefined} */
  let made;
  return () => {
    if (made) return made;
    making = true;
    try {
      made = make();
    } finally {
      making = false;
    }
    return made;
  };
}

/**
 * Which multiples of the base point the first signature computes for those after it. An
 * instance may sign once: a quarter as many as @noble/curves would.
 */
const WINDOW = 4;

/** FIPS 186-5 and SP 800-186, section 3.2.1; SEC 2, section 2.4.1. Each is p, n, a, b, Gx, Gy. */
const SHORT = {
  "P-256": [
    "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc",
    "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
  ],
  "P-384": [
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000fffffffc",
    "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
    "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
    "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
  ],
  "P-521": [
    `1ff${"f".repeat(128)}`,
    "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
    `1ff${"f".repeat(127)}c`,
    "51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
    "c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
    "11839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
  ],
  secp256k1: [
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
    "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
    "0",
    "7",
    "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
    "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
  ],
};

/**
 * @param {keyof typeof SHORT} name
 * @param {any} hash for the numbers that a signature needs
 */
function short(name, hash) {
  const [p, n, a, b, Gx, Gy] = SHORT[name].map((digits) => BigInt(`0x${digits}`));
  const Point = weierstrass({ p, n, a, b, Gx, Gy, h: 1n }, { randomBytes });
  Point.BASE.precompute(WINDOW);
  return ecdsa(Point, hash, { lowS: false, randomBytes });
}

/** @typedef {{ name: string, node: string, oid: string, size: number, curve: ReturnType<typeof short> }} Curve `size` is of a coordinate, in bytes */

/** @type {(name: keyof typeof SHORT, node: string, oid: string, size: number, hash: any) => Curve} */
function named(name, node, oid, size, hash) {
  const curve = lazily(() => short(name, hash));
  return { name, node, oid, size, get curve() { return curve(); } };
}

const CURVES = [
  named("P-256", "prime256v1", "1.2.840.10045.3.1.7", 32, sha256),
  named("P-384", "secp384r1", "1.3.132.0.34", 48, sha384),
  named("P-521", "secp521r1", "1.3.132.0.35", 66, sha512),
  named("secp256k1", "secp256k1", "1.3.132.0.10", 32, sha256),
];

export const getCurves = () => CURVES.map(({ node }) => node).sort();
/** By any of its names. @param {string} name */
export const curveNamed = (name) => CURVES.find((curve) => [curve.name, curve.node, curve.oid].includes(name));
/** @param {string} name of a key's curve @returns {Curve} */
export const curveOf = (name) => /** @type {Curve} */ (curveNamed(name));
export const JWK_CURVES = CURVES.map(({ name }) => name);

/** RFC 7748, section 5. @param {Uint8Array} bytes */
function clamped(bytes) {
  bytes[0] &= 248;
  bytes[31] = (bytes[31] & 127) | 64;
  return bytes;
}

/** RFC 7748, section 4.1. */
const P = 2n ** 255n - 19n;

/** RFC 8032, as strict as it is: @noble/curves' own takes more (ZIP 215). */
export const ed25519 = lazily(() => {
  const Point = edwards(
    {
      p: P,
      n: 2n ** 252n + 27742317777372353535851937790883648493n,
      h: 8n,
      a: P - 1n,
      d: 37095705934669439343138083508754565189542113879843219016388785533085940283555n,
      Gx: 15112221349535400772501151409588531511454012693041857206046113283949847762202n,
      Gy: 46316835694926478169428394003475163141307993866256225615783033603165251855960n,
    },
    { randomBytes },
  );
  Point.BASE.precompute(WINDOW);
  return eddsa(Point, sha512, { adjustScalarBytes: clamped, randomBytes, zip215: false });
});

/** RFC 7748. */
export const x25519 = lazily(() => montgomery({ P, type: "x25519", adjustScalarBytes: clamped, powPminus2: (x) => pow(x, P - 2n, P), randomBytes }));
