// Tokens by jsonwebtoken: signed and checked with callbacks and without, by secrets
// and by key pairs.
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

module.exports = {
  async fetch() {
    return Response.json({ secrets: secrets(), callbacks: await callbacks() });
  },
};
