import type { Guard, Journal, Logger, TxSender } from "@assay/daemon-kit";
import type { AssayClient, JobIndex, SatelliteDeployment } from "@assay/sdk";
import type { Registry } from "prom-client";
import type { LocalAccount, PublicClient } from "viem";
import type { Budget } from "./budget.ts";
import type { ChainFacts } from "./chain/observe.ts";
import type { KeeperConfig } from "./config.ts";
import type { Approvals } from "./duty/approvals.ts";
import type { DutyMetrics } from "./duty/metrics.ts";
import type { KeeperMetrics } from "./metrics.ts";
import type { Turns } from "./turns.ts";

/** The second chain of a keeper that serves two. */
export interface Satellite {
  deployment: SatelliteDeployment;
  /** The keeper's own, with endpoint, journal and sender of the satellite; `client` and `index` stay the home chain's. */
  context: KeeperContext;
}

/** What a running keeper holds and every bot may use. */
export interface KeeperContext {
  config: KeeperConfig;
  rpc: PublicClient;
  client: AssayClient;
  account: LocalAccount;
  log: Logger;
  journal: Journal;
  guard: Guard;
  budget: Budget;
  sender: TxSender;
  registry: Registry;
  metrics: KeeperMetrics;
  /** Of all bots that carry out duties. */
  duties: DutyMetrics;
  /** Actions that wait for a person. */
  approvals: Approvals;
  index: JobIndex;
  /** Absent unless the settings name a second chain. */
  satellite?: Satellite;
  /** Fires when the keeper stops. */
  signal: AbortSignal;
  env: NodeJS.ProcessEnv;
  /** When which bot may hand transactions over. */
  turns: Turns;
  /** Asks for a look at the chain at once. */
  wake: () => void;
}

/** One duty of the keeper. */
export interface Bot {
  readonly name: string;
  /** Settles what an earlier process left open; called once, after the journal was reconciled. */
  recover(): Promise<void>;
  /** Decides by what the chain says now, and starts what is to be done without waiting for it. */
  look(chain: ChainFacts): Promise<void>;
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>;
  /** Its part of /status. */
  status(): unknown;
}
