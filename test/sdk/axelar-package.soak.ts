// Axelar's own client as it is published, from the folder that AXELARJS_SDK names, in which it is installed: loaded as the SDK
// loads it, with every request that it sends answered by a server here, in the form of the network's interfaces. Not among what
// `npm test` runs: the package is not among ours (ADR 381).
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type AxelarClient, axelarNetwork } from "../../sdk/src/index.ts";

const folder = process.env.AXELARJS_SDK;
const PACKAGE = "@axelar-network/axelarjs-sdk";
const GWEI = 10n ** 9n;
const ROUTE = { source: "ethereum-sepolia", destination: "arbitrum-sepolia", gas: 700_000n };
const hashOf = (digit: string) => `0x${digit.repeat(64)}` as const;

/** Prices of 2 gwei at the source and 1 gwei at the destination, 0.001 coin for the network, a fifth on top of the gas. */
const FEES = {
  source_base_fee_string: "0.001",
  source_token: { gas_price: "0.000000002", decimals: 18, symbol: "ETH", name: "Ether", token_price: { usd: 3000 } },
  ethereum_token: { token_price: { usd: 3000 } },
  destination_native_token: {
    ...{ gas_price: "0.000000001", decimals: 18, symbol: "ETH", name: "Ether", token_price: { usd: 3000 } },
  },
  execute_gas_multiplier: 1.2,
  express_supported: false,
};

/** The network's index of messages: what it knows of two of them. */
const MESSAGES = ["executed", "approved"].map((status, index) => {
  const transactionHash = hashOf(String(index + 1));
  return { id: `${transactionHash}_0_2`, status, call: { chain: ROUTE.source, transactionHash, _logIndex: 2 } };
});

interface Asked {
  host: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
}

/** @returns what this request is answered with, undefined where the network has nothing */
function answer({ host, query, body }: Asked): unknown {
  if (query.get("method") === "searchGMP")
    return { data: MESSAGES.filter(({ call }) => call.transactionHash === query.get("txHash")) };
  if (body.method === "getFees") return { result: FEES };
  // lists of tokens, and of chains by name
  return host.includes("s3") ? { chains: { [ROUTE.source]: {}, [ROUTE.destination]: {} } } : undefined;
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}

/**
 * The client, with a server in place of every host that it asks.
 * @returns what it asked, and how to make the network go away
 */
async function client(t: TestContext, installed: string) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const [, host = "", ...path] = request.url!.split("/");
    const { searchParams: query } = new URL(path.join("/"), "http://127.0.0.1");
    const found: Asked = { host, query, body: await bodyOf(request) };
    asked.push(found);
    const content = answer(found);
    response.statusCode = content ? 200 : 404;
    response.end(JSON.stringify(content ?? { message: "nothing" }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;

  const require = createRequire(join(installed, "package.json"));
  const inside = createRequire(require.resolve(PACKAGE));
  const fetchModule = inside.resolve("cross-fetch");
  inside("cross-fetch");
  let away = false;
  // the client has its hosts in its code and no setting for them, but one way out
  const redirected = (url: string, init?: RequestInit) => {
    if (away) return Promise.reject(new TypeError("fetch failed"));
    const { host, pathname, search } = new URL(url);
    const { cache: _, ...rest } = init ?? {};
    return fetch(`http://127.0.0.1:${port}/${host}${pathname}${search}`, rest);
  };
  require.cache[fetchModule]!.exports = redirected;
  const load = () => import(pathToFileURL(require.resolve(PACKAGE)).href) as Promise<AxelarClient>;
  return {
    asked,
    load,
    goAway: () => {
      away = true;
    },
  };
}

test("the client as it is published: fees, messages that it knows or not, and a network that is away", async (t) => {
  assert.ok(
    folder,
    `AXELARJS_SDK names no folder: npm install --prefix FOLDER ${PACKAGE}@0.17.9, then AXELARJS_SDK=FOLDER`,
  );
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  t.after(() => process.off("unhandledRejection", note));
  const { asked, load, goAway } = await client(t, folder);
  const network = await axelarNetwork("testnet", load);
  // 0.001 for the network, and the gas at the source's price with a fifth on top
  assert.equal(await network.quote(ROUTE), 10n ** 15n + (700_000n * 2n * GWEI * 6n) / 5n);
  const fees = asked.find(({ body }) => body.method === "getFees")!;
  assert.deepEqual([fees.body.sourceChain, fees.body.destinationChain], [ROUTE.source, ROUTE.destination]);
  const unknownChain = network.quote({ ...ROUTE, destination: "arbitrum-sepolla" });
  await assert.rejects(unknownChain, { code: "SDK-051", found: /Invalid chain/i });

  const push = (digit: string) => network.push({ transactionHash: hashOf(digit), index: 2 });
  await assert.rejects(push("1"), { code: "SDK-051", found: /already executed/i });
  await assert.rejects(push("2"), { code: "SDK-051", found: /already approved/i });
  await assert.rejects(push("3"), { code: "SDK-051", found: /fetch/i });
  const [first] = asked.filter(({ query }) => query.get("method") === "searchGMP");
  assert.deepEqual([first!.query.get("txHash"), first!.query.get("txLogIndex")], [hashOf("1"), "2"]);

  goAway();
  const offline = await axelarNetwork("mainnet", load);
  await assert.rejects(offline.quote(ROUTE), { code: "SDK-051" });
  await assert.rejects(offline.push({ transactionHash: hashOf("1"), index: 2 }), { code: "SDK-051" });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(unhandled, [], "nothing that ends the process");
});
