import type { Account, Address, Chain, Hex, PublicClient, Transport, WalletClient } from "viem";

export type DeployPublicClient = PublicClient<Transport, Chain | undefined>;
export type DeployWalletClient = WalletClient<Transport, Chain | undefined, Account>;

/** One transaction of the deployment. A step that is done already sends nothing. */
export interface Step {
  /** short and stable, e.g. `create AssayToken proxy` */
  name: string;
  isDone(): Promise<boolean>;
  /** what to send; `raw` is an already signed transaction */
  transaction: { to: Address; data: Hex; value?: bigint } | { raw: Hex };
}

export interface Sent {
  step: string;
  hash: Hex;
  gasUsed: bigint;
  blockNumber: bigint;
}

/** One contract in `deployments/<chainId>.json`. */
export interface DeployedContract {
  address: Address;
  /** what the proxy stands on; the address itself when the contract is not behind a proxy */
  implementation: Address;
  /** semver */
  version: string;
  /** no event of this contract is older */
  startBlock: number;
}

/** The file `deployments/<chainId>.json`. */
export interface Deployment {
  chainId: number;
  name: string;
  startBlock: number;
  contracts: Record<string, DeployedContract>;
  /** of a home chain: Axelar's contracts on it */
  axelar?: { name: string; gateway: Address; gasService: Address };
  config: unknown;
}
