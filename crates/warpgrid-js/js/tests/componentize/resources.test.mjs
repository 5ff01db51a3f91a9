// componentize-patches/0003: resources whose interface has no function to import.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { load, packages, scratch } from "./packages.mjs";
import { instantiate } from "./instantiate.mjs";

const directory = await scratch();
const witWorld = `
package test:program;

world program {
  import wasi:sockets/instance-network@0.2.12;
  import test:tcp/connections;
  export run: func() -> string;
}

package wasi:sockets@0.2.12 {
  interface network {
    resource network;
    @unstable(feature = network-error-code)
    network-error-code: func(code: u32) -> u32;
  }
  interface instance-network {
    use network.{network};
    instance-network: func() -> network;
  }
}

package test:tcp {
  interface connections {
    use wasi:sockets/network@0.2.12.{network};
    connect: func(over: borrow<network>) -> string;
  }
}
`;
const source = `
import { instanceNetwork } from "wasi:sockets/instance-network@0.2.12";
import { connect } from "test:tcp/connections";
export function run() {
  try {
    const networks = [instanceNetwork(), instanceNetwork()];
    return networks.map(connect).join() + "," + (networks[0].constructor === networks[1].constructor);
  } catch (error) {
    return String(error);
  }
}
`;

/** What `run` answers. */
async function answer(name) {
  const { componentize } = await load(packages[name], "src/componentize.js");
  const disableFeatures = ["stdio", "random", "clocks", "http", "fetch-event"];
  const { component } = await componentize(source, { witWorld, disableFeatures, spliceCache: join(directory, "cache") });
  class Network {
    static made = 0;
    number = ++Network.made;
  }
  const { run } = await instantiate(component, {
    "wasi:sockets/network": { Network },
    "wasi:sockets/instance-network": { instanceNetwork: () => new Network() },
    "test:tcp/connections": { connect: (over) => `over ${over.number}` },
  }, directory);
  return run();
}

test("a network reaches the host again", { timeout: 600_000 }, async () => {
  assert.equal(await answer("patched"), "over 1,over 2,true");
});

test("stock has no class for it", { timeout: 600_000 }, async () => {
  assert.match(await answer("stock"), /^ReferenceError: import_network_0_2_12\$Network is not defined/);
});
