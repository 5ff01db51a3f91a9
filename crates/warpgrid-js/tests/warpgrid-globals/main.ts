/// <reference types="@warpgrid/node-compat/warpgrid" />
// The globals that only a component has: Redis by its bytes, names, a virtual file.

/** What came for some commands, and how each goes wrong. */
async function redis() {
  const url = new URL(process.env.REDIS_URL!);
  using connection = await warpgrid.database.connect({ protocol: "redis", host: url.hostname, port: Number(url.port || 6379) });
  const ask = async (command: string) => {
    await connection.send(new TextEncoder().encode(command));
    return new TextDecoder().decode((await connection.recv())!);
  };
  const big = "x".repeat(1 << 20);
  const echoed = connection.send(new TextEncoder().encode(`*2\r\n$4\r\nECHO\r\n$${big.length}\r\n${big}\r\n`));
  let got = 0;
  while (got < big.length + 12) got += (await connection.recv(1000))!.length;
  await echoed;
  return { ping: await ask("PING\r\n"), wrong: await ask("NONSENSE\r\n").then((text) => text.slice(0, 4)), big: got };
}

const failure = ({ name, code }: any) => ({ name, code });

export default {
  async fetch() {
    return Response.json({
      redis: await redis(),
      nowhere: await warpgrid.database.connect({ host: "nowhere.invalid", port: 1 }).catch(failure),
      unnamed: await warpgrid.database.connect({ host: "nowhere.invalid" }).catch(failure),
      address: await warpgrid.dns.resolve("localhost").then((addresses) => addresses.length > 0),
      unknown: await warpgrid.dns.resolve("nowhere.invalid").catch(failure),
      bytes: await warpgrid.fs.readFile("/etc/app/motd").then((data) => data.length),
      text: await warpgrid.fs.readFile("/etc/app/motd", "utf8"),
      missing: await warpgrid.fs.readFile("/etc/app/none").catch(failure),
    });
  },
};
