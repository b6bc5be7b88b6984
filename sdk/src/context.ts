import type { Account, Address, Chain, PublicClient, Transport, WalletClient } from "viem";
import type { Deployment } from "./deployment.ts";
import { AssayError } from "./errors.ts";

/** Where the protocol's subgraph answers. */
export interface IndexEndpoint {
  url: string;
  /** Milliseconds to wait for an answer; 15,000 when left out. */
  timeout?: number | undefined;
  /** How many blocks behind the chain's head an answer may be that leads to a transaction; 10 when left out. */
  maxLag?: number | undefined;
}

/** What a read or a transaction needs of its chain. */
export interface ChainContext {
  publicClient: PublicClient<Transport, Chain | undefined>;
  /** Absent in read-only clients. */
  walletClient?: WalletClient<Transport, Chain | undefined, Account | undefined>;
  deployment: { chainId: number };
}

/** What every action takes first: where to read, who signs, which contracts. */
export interface AssayContext extends ChainContext {
  deployment: Deployment;
  /** Where `client.query` asks; absent: it cannot. */
  index?: IndexEndpoint;
}

/**
 * The wallet and its account.
 * @throws AssayError SDK-005 in a read-only client, or when the wallet client carries no account
 */
export function requireWallet(context: ChainContext): {
  walletClient: NonNullable<ChainContext["walletClient"]>;
  account: Account;
} {
  const { walletClient } = context;
  const account = walletClient?.account;
  if (walletClient && account) return { walletClient, account };
  throw new AssayError("SDK-005", {
    message: "the action sends a transaction or signs",
    found: walletClient ? "a wallet client without an account" : "no wallet client",
    wanted: "a wallet client with an account",
    hint: "Pass createWalletClient({ account, chain, transport }) as walletClient",
  });
}

/** The account that an action is for: the given one, or the wallet's. Throws SDK-005 when there is neither. */
export function accountOr(context: ChainContext, account: Address | undefined): Address {
  return account ?? requireWallet(context).account.address;
}

const checkedChains = new WeakMap<object, Promise<number>>();

/**
 * Makes sure, once per public client, that it talks to the deployment's chain.
 * @throws AssayError SDK-004
 */
export async function requireChain({ publicClient, deployment }: ChainContext): Promise<void> {
  let chainId = checkedChains.get(publicClient);
  if (chainId === undefined) {
    chainId = publicClient.getChainId();
    checkedChains.set(publicClient, chainId);
    chainId.catch(() => checkedChains.delete(publicClient));
  }
  const found = await chainId;
  if (found === deployment.chainId) return;
  throw new AssayError("SDK-004", {
    message: "the RPC endpoint serves another chain than the deployment's",
    found: `chain ${found}`,
    wanted: `chain ${deployment.chainId}`,
    hint: "Correct the RPC URL, or load the deployment file of that chain",
  });
}
