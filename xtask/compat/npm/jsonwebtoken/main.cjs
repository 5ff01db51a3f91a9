// Tokens by jsonwebtoken: signed and checked with callbacks and without, by secrets
// and by key pairs.
const { createPrivateKey, createPublicKey, generateKeyPairSync } = require("node:crypto");
const jwt = require("jsonwebtoken");

const SECRET = "a secret of at least thirty-two bytes";
const NOW = 1767225600;

const attempt = (work) => {
  try {
    return work();
  } catch (error) {
    return { name: error.name, message: error.message, expiredAt: error.expiredAt, date: error.date };
  }
};
const called = (work) => new Promise((resolve) => work((error, value) => resolve(error ? { name: error.name, message: error.message } : value)));

function secrets() {
  const options = { issuer: "warp", audience: ["api", "web"], subject: "ada", jwtid: "7", expiresIn: "2 days", notBefore: "10s", keyid: "k1" };
  const tokens = ["HS256", "HS384", "HS512"].map((algorithm) => jwt.sign({ roles: ["admin"], iat: NOW }, SECRET, { ...options, algorithm }));
  const verify = (more) => attempt(() => jwt.verify(tokens[0], SECRET, { issuer: "warp", audience: "api", clockTimestamp: NOW + 60, ...more }));
  return {
    tokens,
    verified: verify(),
    complete: verify({ complete: true }),
    tooSoon: verify({ clockTimestamp: NOW }),
    tooLate: verify({ clockTimestamp: NOW + 3 * 86400 }),
    tolerated: verify({ clockTimestamp: NOW, clockTolerance: 20 }),
    old: verify({ maxAge: "30s" }),
    issuer: verify({ issuer: "else" }),
    audience: verify({ audience: /^x/ }),
    jwtid: verify({ jwtid: "8" }),
    algorithm: verify({ algorithms: ["HS512"] }),
    secret: attempt(() => jwt.verify(tokens[0], "another secret", { clockTimestamp: NOW + 60 })),
    malformed: attempt(() => jwt.verify("no token", SECRET)),
    decoded: jwt.decode(tokens[2], { complete: true }),
    text: jwt.decode(jwt.sign("text", SECRET)),
    options: attempt(() => jwt.sign({ exp: 1 }, SECRET, { expiresIn: 5 })),
    unsigned: attempt(() => jwt.verify(jwt.sign({ a: 1 }, "", { algorithm: "none" }), SECRET)),
  };
}

async function callbacks() {
  const token = await called((done) => jwt.sign({ iat: NOW }, SECRET, done));
  const keyOf = (header, done) => done(header.alg === "HS256" ? null : new Error("which key?"), SECRET);
  return {
    token,
    verified: await called((done) => jwt.verify(token, keyOf, done)),
    failed: await called((done) => jwt.verify(token, "wrong", done)),
  };
}

// RFC 7520, section 3.4 and RFC 7515, appendix A.3: published for examples.
const RSA = {
  kty: "RSA",
  n: "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw",
  e: "AQAB",
  d: "bWUC9B-EFRIo8kpGfh0ZuyGPvMNKvYWNtB_ikiH9k20eT-O1q_I78eiZkpXxXQ0UTEs2LsNRS-8uJbvQ-A1irkwMSMkK1J3XTGgdrhCku9gRldY7sNA_AKZGh-Q661_42rINLRCe8W-nZ34ui_qOfkLnK9QWDDqpaIsA-bMwWWSDFu2MUBYwkHTMEzLYGqOe04noqeq1hExBTHBOBdkMXiuFhUq1BU6l-DqEiWxqg82sXt2h-LMnT3046AOYJoRioz75tSUQfGCshWTBnP5uDjd18kKhyv07lhfSJdrPdM5Plyl21hsFf4L_mHCuoFau7gdsPfHPxxjVOcOpBrQzwQ",
  p: "3Slxg_DwTXJcb6095RoXygQCAZ5RnAvZlno1yhHtnUex_fp7AZ_9nRaO7HX_-SFfGQeutao2TDjDAWU4Vupk8rw9JR0AzZ0N2fvuIAmr_WCsmGpeNqQnev1T7IyEsnh8UMt-n5CafhkikzhEsrmndH6LxOrvRJlsPp6Zv8bUq0k",
  q: "uKE2dh-cTf6ERF4k4e_jy78GfPYUIaUyoSSJuBzp3Cubk3OCqs6grT8bR_cu0Dm1MZwWmtdqDyI95HrUeq3MP15vMMON8lHTeZu2lmKvwqW7anV5UzhM1iZ7z4yMkuUwFWoBvyY898EXvRD-hdqRxHlSqAZ192zB3pVFJ0s7pFc",
  dp: "B8PVvXkvJrj2L-GYQ7v3y9r6Kw5g9SahXBwsWUzp19TVlgI-YV85q1NIb1rxQtD-IsXXR3-TanevuRPRt5OBOdiMGQp8pbt26gljYfKU_E9xn-RULHz0-ed9E9gXLKD4VGngpz-PfQ_q29pk5xWHoJp009Qf1HvChixRX59ehik",
  dq: "CLDmDGduhylc9o7r84rEUVn7pzQ6PF83Y-iBZx5NT-TpnOZKF1pErAMVeKzFEl41DlHHqqBLSM0W1sOFbwTxYWZDm6sI6og5iTbwQGIC3gnJKbi_7k_vJgGHwHxgPaX2PnvP-zyEkDERuf-ry4c_Z11Cq9AqC2yeL6kdKT1cYF8",
  qi: "3PiqvXQN0zwMeE-sBvZgi289XP9XCQF3VWqPzMKnIgQp7_Tugo6-NZBKCQsMf3HaEGBjTVJs_jcK8-TRXvaKe-7ZMaQj8VfBdYkssbu0NKDDhjJ-GtiseaDVWt7dcH0cfwxgFUHpQh7FoCrjFJ6h6ZEpMF6xmujs4qMpPz8aaI4",
};
const EC = { kty: "EC", crv: "P-256", x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" };

async function pairs() {
  const rsa = createPrivateKey({ key: RSA, format: "jwk" });
  const ec = createPrivateKey({ key: EC, format: "jwk" });
  const pem = (key, type) => key.export({ type, format: "pem" });
  const publics = { rsa: pem(createPublicKey(rsa), "spki"), ec: pem(createPublicKey(ec), "spki") };
  const sign = (key, algorithm) => jwt.sign({ roles: ["admin"], iat: NOW }, key, { algorithm, keyid: "k1" });
  // These are made of random numbers: what counts is that they are accepted.
  const random = [["PS256", rsa, publics.rsa], ["PS512", pem(rsa, "pkcs8"), publics.rsa], ["ES256", pem(ec, "sec1"), publics.ec], ["ES256", ec, createPublicKey(ec)]];
  const token = sign(rsa, "RS256");
  return {
    tokens: [token, sign(pem(rsa, "pkcs1"), "RS512"), sign({ key: rsa.export({ type: "pkcs8", format: "pem", cipher: "aes-128-cbc", passphrase: "words" }), passphrase: "words" }, "RS384")],
    accepted: random.map(([algorithm, key, open]) => attempt(() => jwt.verify(sign(key, algorithm), open, { complete: true, algorithms: [algorithm] }).payload)),
    verified: [attempt(() => jwt.verify(token, publics.rsa)), attempt(() => jwt.verify(token, createPublicKey(rsa), { algorithms: ["RS256"] }))],
    called: await called((done) => jwt.verify(token, (header, found) => found(null, publics.rsa), done)),
    forged: attempt(() => jwt.verify(`${token.slice(0, -4)}AAAA`, publics.rsa)),
    otherKey: attempt(() => jwt.verify(token, generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey)),
    // Whoever knows the public key must not sign with it as with a secret.
    confused: attempt(() => jwt.verify(jwt.sign({ a: 1 }, publics.rsa.replace(/-/g, "+"), { algorithm: "HS256" }), publics.rsa)),
    wrongCurve: attempt(() => jwt.sign({ a: 1 }, ec, { algorithm: "ES384" })),
    wrongType: attempt(() => jwt.sign({ a: 1 }, ec, { algorithm: "RS256" })),
    publicKey: attempt(() => jwt.sign({ a: 1 }, publics.rsa, { algorithm: "RS256" })),
    nonsense: attempt(() => jwt.sign({ a: 1 }, "nonsense", { algorithm: "RS256" })),
  };
}

module.exports = {
  async fetch() {
    return Response.json({ secrets: secrets(), callbacks: await callbacks(), pairs: await pairs() });
  },
};
