import {
  type Account,
  type Chain,
  createWalletClient,
  custom,
  defineChain,
  type Hash,
  type LocalAccount,
  type PublicClient,
  type Transport,
  type WalletClient,
} from "viem";
import { createRpc, type Rpc } from "./create-rpc.ts";
import { loadAccount } from "./keystore.ts";
import type { Logger } from "./logger.ts";
import { checkRpc } from "./rpc.ts";

/** Names of the environment variables that hold secrets. */
export type SecretNames = { privateKey: string; password: string };

/** Opens the signing account that the settings and the environment name. @throws DK-010..DK-014, DK-016 */
export function openAccount(
  settings: { keystore?: string | undefined; passwordFile?: string | undefined },
  env: NodeJS.ProcessEnv,
  names: SecretNames,
  log?: Logger,
): Promise<LocalAccount> {
  return loadAccount({
    privateKey: env[names.privateKey] || undefined,
    keystoreFile: settings.keystore,
    password: env[names.password],
    passwordFile: settings.passwordFile,
    ...(log ? { warn: (facts, message) => log.warn(facts, message) } : {}),
  });
}

export type ConnectArgs = {
  rpcUrls: readonly string[];
  chainId: number;
  name: string | undefined;
  pollMs: number;
  /** Blocks that one of several endpoints may be behind the others and still be asked. */
  maxLagBlocks?: number;
  account: LocalAccount;
};

/** Connects to the chain that is meant, for reading. @throws DK-040 unreachable, DK-041 another chain, DK-042 no usable URL */
export async function openRpc({
  rpcUrls,
  chainId,
  name,
  pollMs,
  maxLagBlocks,
}: Omit<ConnectArgs, "account">): Promise<{ rpc: Rpc; chain: Chain }> {
  const chain = defineChain({
    id: chainId,
    name: name ?? `chain ${chainId}`,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: rpcUrls } },
  });
  const rpc = createRpc({
    urls: rpcUrls,
    chain,
    pollingIntervalMs: pollMs,
    ...(maxLagBlocks === undefined ? {} : { maxLagBlocks }),
  });
  await checkRpc(rpc, rpcUrls, chainId);
  return { rpc, chain };
}

/** Connects to the chain that is meant, for reading and sending. @throws DK-040 to DK-042 as `openRpc` */
export async function connect({ account, ...args }: ConnectArgs): Promise<{
  rpc: Rpc;
  walletClient: WalletClient<Transport, Chain, Account>;
}> {
  const { rpc, chain } = await openRpc(args);
  // The wallet asks the same endpoints, with the same failover.
  return { rpc, walletClient: createWalletClient({ account, chain, transport: custom(rpc, { retryCount: 0 }) }) };
}

/** Time and height of the chain. */
export type ChainClock = {
  /** Unix seconds: the time that the next block will have, or later than the newest one's. */
  now: number;
  /** Unix seconds of the newest block. */
  headTime: number;
  head: bigint;
  headHash: Hash;
};

/** @throws viem's errors when the endpoint does not answer */
export async function readClock(rpc: PublicClient): Promise<ChainClock> {
  const [latest, pending] = await Promise.all([
    rpc.getBlock({ blockTag: "latest" }),
    // Where no block comes without a transaction, only the pending one shows how time passes.
    rpc.getBlock({ blockTag: "pending" }).catch(() => undefined),
  ]);
  const headTime = Number(latest.timestamp);
  return {
    now: Math.max(headTime, Number(pending?.timestamp ?? 0n)),
    headTime,
    head: latest.number,
    headHash: latest.hash,
  };
}
