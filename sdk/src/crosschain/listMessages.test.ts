import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Address,
  createPublicClient,
  custom,
  encodeAbiParameters,
  encodeEventTopics,
  type Hex,
  keccak256,
  numberToHex,
  toFunctionSelector,
} from "viem";
import { axelarGatewayAbi } from "./axelar.ts";
import type { RemoteContext } from "./context.ts";
import { listMessages } from "./listMessages.ts";
import { findMessage, messageStatus } from "./messageStatus.ts";

const at = (digit: string): Address => `0x${digit.repeat(40)}`;
const [GATEWAY, ADAPTER, STRANGER] = [at("1"), at("2"), at("3")];
const PAYLOAD = "0x1234";
const APPROVED = toFunctionSelector("isMessageApproved(string,string,string,address,bytes32)");

interface Sent {
  sender: Address;
  to: string;
}

/** A public gateway's chain: each transaction has sent some messages. */
class FakeChain {
  readonly transactions = new Map<Hex, readonly Sent[]>();
  receipts = 0;
  /** What the gateway answers about every message. */
  isApproved = false;

  request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    const [first] = params as [Hex & { topics: (Hex | null)[]; data: Hex }];
    if (method === "eth_getBlockByNumber") return { number: "0x64", timestamp: "0x5", transactions: [] };
    if (method === "eth_getLogs") {
      const all = [...this.transactions.keys()].flatMap((hash) => this.#logs(hash));
      return all.filter(({ topics }) => first.topics.every((each, place) => each === null || each === topics[place]));
    }
    if (method === "eth_getTransactionReceipt") {
      this.receipts += 1;
      const place = { transactionHash: first, blockHash: keccak256("0x"), blockNumber: "0x1" };
      return { ...place, status: "0x1", type: "0x2", logs: this.#logs(first) };
    }
    if (method === "eth_call") {
      return numberToHex(first.data.startsWith(APPROVED) && this.isApproved ? 1 : 0, { size: 32 });
    }
    throw new Error(`unexpected ${method}`);
  };

  #logs(transactionHash: Hex) {
    return (this.transactions.get(transactionHash) ?? []).map(({ sender, to }, n) => ({
      ...{ transactionHash, address: GATEWAY, blockNumber: "0x1", blockHash: keccak256("0x"), removed: false },
      ...{ logIndex: numberToHex(n), transactionIndex: "0x0" },
      topics: encodeEventTopics({
        abi: axelarGatewayAbi,
        eventName: "ContractCall",
        args: { sender, payloadHash: keccak256(PAYLOAD) },
      }) as Hex[],
      data: encodeAbiParameters([{ type: "string" }, { type: "string" }, { type: "bytes" }], [to, ADAPTER, PAYLOAD]),
    }));
  }
}

function scene() {
  const chains = { home: new FakeChain(), satellite: new FakeChain() };
  const quoted: string[] = [];
  const end = (name: "home" | "satellite") => {
    const axelar = { name, gateway: GATEWAY, gasService: at("4") };
    const names = ["AxelarGatewayAdapter", "HomeBridge", "AssayToken", "SatelliteBridge", "SatelliteToken"];
    const contracts = Object.fromEntries(names.map((each) => [each, { address: ADAPTER }]));
    const publicClient = createPublicClient({ transport: custom(chains[name], { retryCount: 0 }) });
    return { publicClient, deployment: { chainId: 1, startBlock: 0, axelar, contracts } };
  };
  const context = {
    home: end("home"),
    satellite: end("satellite"),
    fees: {
      quote: async ({ source, destination }: { source: string; destination: string }) => {
        quoted.push(`${source} ${destination}`);
        return 5n;
      },
    },
  } as unknown as RemoteContext;
  return { ...chains, quoted, context };
}

const own = { sender: ADAPTER, to: "satellite" };
const foreign = { sender: STRANGER, to: "satellite" };
const hashOf = (n: number) => keccak256(numberToHex(n));

test("of a public gateway only the protocol's messages are read", async () => {
  const { home, quoted, context } = scene();
  home.transactions.set(hashOf(0), [foreign, own, { ...own, to: "elsewhere" }]);
  for (let n = 1; n <= 20; n++) home.transactions.set(hashOf(n), [foreign]);
  const ids = (await listMessages(context)).map(({ message }) => message.messageId);
  assert.deepEqual(ids, [`${hashOf(0)}-1`]);
  assert.equal(home.receipts, 1, "of one transaction");
  assert.deepEqual(quoted, ["home satellite"], "the relay is asked once");
});

test("somebody else's message is none of the protocol's; a hash alone names the only one that is", async () => {
  const { home, context } = scene();
  home.transactions.set(hashOf(0), [foreign, own]);
  home.transactions.set(hashOf(1), [foreign]);
  home.transactions.set(hashOf(2), [{ ...own, to: "elsewhere" }]);
  assert.equal((await findMessage(context, { from: "home", id: hashOf(0) })).messageId, `${hashOf(0)}-1`);
  for (const id of [`${hashOf(0)}-0`, hashOf(1), `${hashOf(1)}-0`, `${hashOf(2)}-0`]) {
    await assert.rejects(findMessage(context, { from: "home", id }), { code: "SDK-027" });
  }
});

test("the relay is not asked what it wants for a message that it has approved", async () => {
  const { home, satellite, quoted, context } = scene();
  home.transactions.set(hashOf(0), [own]);
  satellite.isApproved = true;
  const { stage, wanted } = await messageStatus(context, { from: "home", id: hashOf(0) });
  assert.deepEqual([stage, wanted, quoted], ["approved", 0n, []]);
});
