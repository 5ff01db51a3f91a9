// Passwords by bcryptjs: hashed at once, in the background and with callbacks, and
// compared with hashes of others.
import bcrypt from "bcryptjs";

// Of OpenBSD's test vectors: the salt, and what a password and it give.
const VECTORS = [
  ["a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"],
  ["abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"],
  ["~!@#$%^&*()      ~!@#$%^&*()PNBFRD", "$2a$06$fPIsBO8qRqkjj273rfaOI.HtSV9jLDpTbZn782DC6/t7qT67P6FfO"],
];
const SALT = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.";

export default {
  async fetch() {
    const hashed = await bcrypt.hash("correct horse", 5);
    const called = await new Promise<string>((resolve, reject) => bcrypt.hash("by callback", SALT, (error, hash) => (error ? reject(error) : resolve(hash!))));
    let steps = 0;
    await bcrypt.hash("watched", 6, undefined as never, () => steps++).catch(() => {});
    return Response.json({
      vectors: VECTORS.map(([password, hash]) => [hash!.length, bcrypt.compareSync(password!, hash!)]),
      fixed: [bcrypt.hashSync("U*U", SALT), bcrypt.hashSync("ünïcödé 😀", SALT), called],
      own: [hashed.length, hashed.slice(0, 7), await bcrypt.compare("correct horse", hashed), await bcrypt.compare("wrong horse", hashed)],
      different: bcrypt.genSaltSync(5) !== bcrypt.genSaltSync(5),
      rounds: [bcrypt.getRounds(hashed), bcrypt.getSalt(called)],
      long: [bcrypt.truncates("x".repeat(73)), bcrypt.truncates("x".repeat(72)), bcrypt.compareSync(`${"x".repeat(72)}b`, bcrypt.hashSync(`${"x".repeat(72)}a`, SALT))],
      base64: bcrypt.encodeBase64([1, 2, 3, 250], 4),
      refused: [await bcrypt.compare("x", "no hash"), await bcrypt.hash("x", "no salt").catch((error) => error.message)],
    });
  },
};
