import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { json } from "node:stream/consumers";
import { type Address, type Hex, numberToHex } from "viem";
import type { LocalChain } from "../../lib/devnet.ts";

/** A transaction of one of the local chain's own accounts, which the chain signs. */
export interface Call {
  from: Address;
  to: Address;
  data: Hex;
  gas: number;
}

/** Gas of the calls that are mined together. */
const BLOCK_GAS = 24_000_000;
const MAX_CALLS = 100;

/** Sends calls in order, many to a block, as fast as the chain takes them. A call that reverts is not noticed here. */
export async function pump(chain: LocalChain, calls: readonly Call[]): Promise<void> {
  let slice: Call[] = [];
  let gas = 0;
  const flush = async () => {
    if (slice.length === 0) return;
    const sends = slice.map((call) => ({
      method: "eth_sendTransaction",
      params: [{ ...call, gas: numberToHex(call.gas) }],
    }));
    await batch(chain.url, sends);
    await batch(chain.url, [{ method: "evm_mine", params: [] }]);
    slice = [];
    gas = 0;
  };
  // the chain's own log does not survive so many transactions
  await batch(chain.url, [{ method: "hardhat_setLoggingEnabled", params: [false] }]);
  await batch(chain.url, [{ method: "evm_setAutomine", params: [false] }]);
  for (const call of calls) {
    if (gas + call.gas > BLOCK_GAS || slice.length === MAX_CALLS) await flush();
    slice.push(call);
    gas += call.gas;
  }
  await flush();
  await batch(chain.url, [{ method: "evm_setAutomine", params: [true] }]);
}

async function batch(url: string, requests: readonly { method: string; params: unknown[] }[]): Promise<void> {
  const body = requests.map((request, id) => ({ jsonrpc: "2.0", id, ...request }));
  const failed = (await post(url, JSON.stringify(body))).find(({ error }) => error);
  if (failed) throw new Error(`the chain refused a call: ${failed.error?.message}`);
}

/** On a connection of its own: a kept one may be closed by the chain just when it is used again, and this is sent once only. */
async function post(url: string, body: string): Promise<{ error?: { message: string } }[]> {
  const outgoing = request(url, { method: "POST", headers: { "content-type": "application/json" }, agent: false });
  outgoing.end(body);
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
  return (await json(answer)) as { error?: { message: string } }[];
}
