import { type Hex, numberToHex, serializeTransaction, type TransactionSerializableEIP1559 } from "viem";
import { type LocalChain, startChainProcess } from "./devnet.ts";

/** A block as the chain gives it, with its transactions whole. */
interface RawBlock {
  hash: Hex;
  timestamp: Hex;
  mixHash: Hex;
  transactions: readonly RawTransaction[];
}

interface RawTransaction
  extends Record<"type" | "nonce" | "value" | "input" | "gas" | "gasPrice" | "r" | "s" | "v", Hex> {
  to: Hex | null;
  maxFeePerGas: Hex;
  maxPriorityFeePerGas: Hex;
  accessList?: TransactionSerializableEIP1559["accessList"];
}

const BLOCKS_AT_ONCE = 100;
const BLOCK_INTERVAL_MS = 1000;

/**
 * Kills a local chain and starts it again on its port, as a node that is restarted: the new process has every block of the old
 * one, to the hash. While it catches up its head is behind.
 * @throws Error when a block comes out otherwise than it was
 */
export async function restartChain(chain: LocalChain): Promise<{ blocks: number }> {
  const chainId = chain.publicClient.chain.id;
  await ask(chain, "evm_setIntervalMining", [0]);
  const blocks = await readBlocks(chain);
  chain.process.kill("SIGKILL");
  await chain.process.exited;
  const [genesis, ...rest] = blocks as [RawBlock, ...RawBlock[]];
  const { process } = await startChainProcess({
    port: Number(new URL(chain.url).port),
    chainId,
    genesis: new Date(Number(genesis.timestamp) * 1000),
  });
  chain.process = process;
  await ask(chain, "evm_setIntervalMining", [0]);
  await ask(chain, "evm_setAutomine", [false]);
  for (const block of rest) {
    await ask(chain, "hardhat_setPrevRandao", [block.mixHash]);
    await ask(chain, "evm_setNextBlockTimestamp", [block.timestamp]);
    for (const transaction of block.transactions) {
      await ask(chain, "eth_sendRawTransaction", [serialized(transaction, chainId)]);
    }
    await ask(chain, "evm_mine", []);
  }
  const { hash } = await ask<RawBlock>(chain, "eth_getBlockByNumber", ["latest", false]);
  if (hash !== blocks.at(-1)!.hash)
    throw new Error(`the chain came back with the head ${hash}, not ${blocks.at(-1)!.hash}`);
  await ask(chain, "evm_setAutomine", [true]);
  await ask(chain, "evm_setIntervalMining", [BLOCK_INTERVAL_MS]);
  return { blocks: blocks.length };
}

async function readBlocks(chain: LocalChain): Promise<RawBlock[]> {
  const head = Number(await ask<Hex>(chain, "eth_blockNumber", []));
  const blocks: RawBlock[] = [];
  for (let first = 0; first <= head; first += BLOCKS_AT_ONCE) {
    const count = Math.min(BLOCKS_AT_ONCE, head + 1 - first);
    const numbers = Array.from({ length: count }, (_, index) => numberToHex(first + index));
    const read = numbers.map((number) => ask<RawBlock>(chain, "eth_getBlockByNumber", [number, true]));
    blocks.push(...(await Promise.all(read)));
  }
  return blocks;
}

function serialized(transaction: RawTransaction, chainId: number): Hex {
  const { type, to, nonce, value, input, gas, gasPrice, r, s, v } = transaction;
  const call = { to, data: input, nonce: Number(nonce), value: BigInt(value), gas: BigInt(gas) };
  if (type === "0x0") {
    // one that names no chain is valid on every chain
    const bound = BigInt(v) >= 35n ? { chainId } : {};
    return serializeTransaction(
      { ...call, ...bound, type: "legacy", gasPrice: BigInt(gasPrice) },
      { r, s, v: BigInt(v) },
    );
  }
  if (type !== "0x2") throw new Error(`a transaction of type ${type}, which no part of the local network sends`);
  const { maxFeePerGas, maxPriorityFeePerGas, accessList = [] } = transaction;
  const fees = { maxFeePerGas: BigInt(maxFeePerGas), maxPriorityFeePerGas: BigInt(maxPriorityFeePerGas) };
  return serializeTransaction({ ...call, ...fees, accessList, chainId, type: "eip1559" }, { r, s, yParity: Number(v) });
}

function ask<T = unknown>({ publicClient }: LocalChain, method: string, params: unknown[]): Promise<T> {
  return publicClient.request({ method: method as "eth_chainId", params: params as never }) as Promise<T>;
}
