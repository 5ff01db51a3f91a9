// Tokens by jose: signed by secrets and key pairs, checked against key sets; encrypted.
import { createPrivateKey } from "node:crypto";
import * as jose from "jose";

// RFC 7520, section 3.4 and RFC 7515, appendix A.3: published for examples.
const RSA = {
  kty: "RSA", kid: "bilbo",
  n: "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw",
  e: "AQAB",
  d: "bWUC9B-EFRIo8kpGfh0ZuyGPvMNKvYWNtB_ikiH9k20eT-O1q_I78eiZkpXxXQ0UTEs2LsNRS-8uJbvQ-A1irkwMSMkK1J3XTGgdrhCku9gRldY7sNA_AKZGh-Q661_42rINLRCe8W-nZ34ui_qOfkLnK9QWDDqpaIsA-bMwWWSDFu2MUBYwkHTMEzLYGqOe04noqeq1hExBTHBOBdkMXiuFhUq1BU6l-DqEiWxqg82sXt2h-LMnT3046AOYJoRioz75tSUQfGCshWTBnP5uDjd18kKhyv07lhfSJdrPdM5Plyl21hsFf4L_mHCuoFau7gdsPfHPxxjVOcOpBrQzwQ",
  p: "3Slxg_DwTXJcb6095RoXygQCAZ5RnAvZlno1yhHtnUex_fp7AZ_9nRaO7HX_-SFfGQeutao2TDjDAWU4Vupk8rw9JR0AzZ0N2fvuIAmr_WCsmGpeNqQnev1T7IyEsnh8UMt-n5CafhkikzhEsrmndH6LxOrvRJlsPp6Zv8bUq0k",
  q: "uKE2dh-cTf6ERF4k4e_jy78GfPYUIaUyoSSJuBzp3Cubk3OCqs6grT8bR_cu0Dm1MZwWmtdqDyI95HrUeq3MP15vMMON8lHTeZu2lmKvwqW7anV5UzhM1iZ7z4yMkuUwFWoBvyY898EXvRD-hdqRxHlSqAZ192zB3pVFJ0s7pFc",
  dp: "B8PVvXkvJrj2L-GYQ7v3y9r6Kw5g9SahXBwsWUzp19TVlgI-YV85q1NIb1rxQtD-IsXXR3-TanevuRPRt5OBOdiMGQp8pbt26gljYfKU_E9xn-RULHz0-ed9E9gXLKD4VGngpz-PfQ_q29pk5xWHoJp009Qf1HvChixRX59ehik",
  dq: "CLDmDGduhylc9o7r84rEUVn7pzQ6PF83Y-iBZx5NT-TpnOZKF1pErAMVeKzFEl41DlHHqqBLSM0W1sOFbwTxYWZDm6sI6og5iTbwQGIC3gnJKbi_7k_vJgGHwHxgPaX2PnvP-zyEkDERuf-ry4c_Z11Cq9AqC2yeL6kdKT1cYF8",
  qi: "3PiqvXQN0zwMeE-sBvZgi289XP9XCQF3VWqPzMKnIgQp7_Tugo6-NZBKCQsMf3HaEGBjTVJs_jcK8-TRXvaKe-7ZMaQj8VfBdYkssbu0NKDDhjJ-GtiseaDVWt7dcH0cfwxgFUHpQh7FoCrjFJ6h6ZEpMF6xmujs4qMpPz8aaI4",
};
const EC = { kty: "EC", crv: "P-256", kid: "curve", x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" };

// RFC 8037, appendix A.
const ED = { kty: "OKP", crv: "Ed25519", kid: "edwards", d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };

const secret = new TextEncoder().encode("a secret of at least thirty-two bytes, for HS256 and more of them for 512");
const claims = { sub: "ada", roles: ["admin"], iat: 1767225600, exp: 4102444800, iss: "warp", aud: ["api", "web"] };
const checks = { issuer: "warp", audience: "api" };

const publicOf = ({ kty, kid, n, e, crv, x, y }: jose.JWK) => ({ kty, kid, n, e, crv, x, y });
const failure = (error: jose.errors.JOSEError) => ({ code: error.code, message: error.message });

/** What is signed by random numbers, or by keys that are made for it: whether it is accepted. */
async function pairs() {
  const accepted = async (alg: string, privateKey: CryptoKey | jose.JWK, publicKey: CryptoKey | jose.JWK) => {
    const token = await new jose.SignJWT(claims).setProtectedHeader({ alg }).sign(privateKey);
    return (await jose.jwtVerify(token, publicKey, { algorithms: [alg] })).payload.sub;
  };
  const made = await Promise.all(["ES384", "ES512", "Ed25519"].map((alg) => jose.generateKeyPair(alg, { extractable: true })));
  const pkcs8 = createPrivateKey({ key: RSA, format: "jwk" }).export({ type: "pkcs8", format: "pem" }) as string;
  const imported = await jose.importPKCS8(pkcs8, "PS256", { extractable: true });
  const spki = await jose.exportSPKI(await jose.importJWK(publicOf(RSA), "RS256") as CryptoKey);
  return {
    fixed: await new jose.SignJWT(claims).setProtectedHeader({ alg: "EdDSA", kid: "edwards" }).sign(ED),
    accepted: [await accepted("PS256", RSA, publicOf(RSA)), await accepted("PS512", RSA, publicOf(RSA)), await accepted("ES256", EC, publicOf(EC)), await accepted("EdDSA", ED, publicOf(ED)), await accepted("RS512", RSA, publicOf(RSA))],
    made: await Promise.all(made.map(async ({ privateKey, publicKey }, i) => [await accepted(["ES384", "ES512", "Ed25519"][i]!, privateKey, publicKey), Object.keys(await jose.exportJWK(privateKey)).sort()])),
    pem: [(await jose.exportPKCS8(imported)).trim() === pkcs8.trim(), spki, await accepted("PS256", imported, await jose.importSPKI(spki, "PS256"))],
  };
}

async function encrypted() {
  const ways: [string, string, CryptoKey | Uint8Array | jose.JWK, CryptoKey | Uint8Array | jose.JWK][] = [
    ["dir", "A256GCM", secret.slice(0, 32), secret.slice(0, 32)],
    ["A128KW", "A128CBC-HS256", secret.slice(0, 16), secret.slice(0, 16)],
    ["A256GCMKW", "A256GCM", secret.slice(0, 32), secret.slice(0, 32)],
    ["RSA-OAEP-256", "A256CBC-HS512", publicOf(RSA), RSA],
    ["ECDH-ES", "A128GCM", publicOf(EC), EC],
    ["ECDH-ES+A256KW", "A256GCM", publicOf(EC), EC],
  ];
  return Promise.all(ways.map(async ([alg, enc, theirs, ours]) => {
    const token = await new jose.EncryptJWT(claims).setProtectedHeader({ alg, enc }).encrypt(theirs);
    const { payload, protectedHeader } = await jose.jwtDecrypt(token, ours);
    const { epk, iv, tag, ...header } = protectedHeader;
    const forged = await jose.jwtDecrypt(`${token.slice(0, -4)}AAAA`, ours).then(() => "accepted", failure);
    return { header, sub: payload.sub, forged };
  }));
}

export default {
  async fetch() {
    const sign = (alg: string, key: CryptoKey | Uint8Array, kid?: string) => new jose.SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key);
    const rsa = (await jose.importJWK(RSA, "RS256")) as CryptoKey;
    const ec = (await jose.importJWK(EC, "ES256")) as CryptoKey;
    const tokens = { HS256: await sign("HS256", secret), HS384: await sign("HS384", secret), HS512: await sign("HS512", secret), RS256: await sign("RS256", rsa, "bilbo") };
    const curve = await sign("ES256", ec, "curve");
    const keys = jose.createLocalJWKSet({ keys: [publicOf(RSA), publicOf(EC)] as jose.JWK[] });
    const verify = (token: string, options: jose.JWTVerifyOptions = checks) => jose.jwtVerify(token, secret, options).then(({ payload, protectedHeader }) => ({ payload, protectedHeader }), failure);
    return Response.json({
      pairs: await pairs(),
      encrypted: await encrypted(),
      tokens,
      verified: await verify(tokens.HS256),
      bySet: (await jose.jwtVerify(tokens.RS256, keys, checks)).protectedHeader,
      curveBySet: (await jose.jwtVerify(curve, keys, checks)).payload,
      unknown: await jose.jwtVerify(await sign("RS256", rsa, "other"), keys).then(() => "accepted", failure),
      audience: await verify(tokens.HS256, { audience: "else" }),
      expired: await verify(await new jose.SignJWT({ exp: 1 }).setProtectedHeader({ alg: "HS256" }).sign(secret), {}),
      algorithm: await verify(tokens.HS512, { algorithms: ["HS256"] }),
      forged: await verify(`${tokens.HS256.slice(0, -4)}AAAA`),
      malformed: await verify("no token"),
      none: await verify(new jose.UnsecuredJWT(claims).encode()),
      decoded: [jose.decodeJwt(tokens.RS256), jose.decodeProtectedHeader(tokens.RS256)],
      thumbprints: [await jose.calculateJwkThumbprint(publicOf(RSA)), await jose.calculateJwkThumbprint(publicOf(EC), "sha384")],
      detached: await new jose.FlattenedSign(new TextEncoder().encode("payload")).setProtectedHeader({ alg: "HS256", b64: false, crit: ["b64"] }).sign(secret),
      general: (await jose.generalVerify(await new jose.GeneralSign(secret).addSignature(secret).setProtectedHeader({ alg: "HS256" }).sign(), secret)).payload.length,
    });
  },
};
