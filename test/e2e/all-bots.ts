// Three keepers with every bot that can work on two local chains, between endpoints that fail.
import { LOCAL_SIGNERS, LOCAL_THRESHOLD } from "../../scripts/lib/axelar.ts";
import type { Side } from "../../sdk/src/index.ts";
import type { Market } from "./harness.ts";
import { startKeeper, type TestKeeper } from "./keeper-harness.ts";
import type { Pair } from "./relay-harness.ts";
import { type RpcProxy, randomFaults, startRpcProxy } from "./rpc-proxy.ts";

export const KEEPERS = [8, 9, 10] as const;
/** The keeper that relays, the one that collects and fills up, the one that helps stuck messages. */
export const [RELAY, TREASURER, HELPER] = [0, 1, 2] as const;
export const [PROVIDER, HOT] = [2, 12] as const;
/** A message that is open this long is stuck. */
export const STUCK_SECONDS = 5_400;
export const LOW_COIN = 15n;
export const HIGH_COIN = 20n;
const SIDES: readonly Side[] = ["home", "satellite"];
/** Of the calls to the first endpoint of each keeper, how many go wrong. */
const FAULTS = 0.04;
/** Chain seconds over which the keepers stand apart: slots of half of that. */
const SPREAD = "60";

/** What is to happen to the next transaction of any keeper: it is killed before or after the chain has it. */
export interface KillPlan {
  armed: boolean;
  after: boolean;
  /** Transactions that go through before that. */
  skip: number;
  /** The keeper that was killed so, until it is started again. */
  struck: number | undefined;
}

/** Keepers as processes, each behind two endpoints of each chain. */
export class AllBots {
  readonly plan: KillPlan = { armed: false, after: false, skip: 0, struck: undefined };
  /** Chains that cannot be reached. */
  readonly down = new Set<Side>();
  /** Chains whose first endpoints cannot be reached: the second has to do. */
  readonly half = new Set<Side>();
  readonly running: TestKeeper[] = [];
  readonly faults;
  atSending = 0;
  readonly #pair: Pair;
  readonly #market: Pick<Market, "chain" | "dir" | "deploymentPath" | "storage">;
  readonly #proxies: RpcProxy[] = [];
  readonly #urls: Record<Side, string>[] = [];

  constructor(pair: Pair, random: () => number) {
    this.#pair = pair;
    this.faults = randomFaults(random, FAULTS);
    const storage = { url: "http://127.0.0.1:9", process: pair.home.process };
    this.#market = { chain: pair.home, dir: pair.dir, deploymentPath: pair.homePath, storage };
  }

  async open(): Promise<void> {
    const spare = { home: await this.#spare("home"), satellite: await this.#spare("satellite") };
    for (const place of KEEPERS.keys()) {
      const urls = { home: "", satellite: "" };
      for (const side of SIDES) urls[side] = `${await this.#first(side, place)},${spare[side]}`;
      this.#urls.push(urls);
    }
  }

  launch(place: number): void {
    const [provider, hot] = [PROVIDER, HOT].map((account) => this.#pair.home.wallet(account).account.address);
    const accounts: Record<string, string> =
      place === TREASURER ? { REWARDS__ACCOUNTS: provider!, TOPUP__ACCOUNTS: hot! } : {};
    const settings = { ...this.#common(place), ...OWN[place], ...accounts };
    this.running[place] = startKeeper(this.#market, {
      account: KEEPERS[place]!,
      settings,
      rpcUrl: this.#urls[place]!.home,
    });
  }

  async kill(place: number): Promise<void> {
    const { process } = this.running[place]!;
    process.kill("SIGKILL");
    await process.exited;
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map((keeper) => keeper.process.stop()));
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
  }

  #common(place: number): Record<string, string> {
    const each = (bot: string) => ({
      [`${bot}__ENABLED`]: "true",
      [`${bot}__SPREAD_SECONDS`]: SPREAD,
      [`${bot}__GAS_PER_DAY`]: "100",
    });
    return {
      ...each("SETTLE"),
      SETTLE__JOBS: "all",
      ...each("DISPUTE_CLOCK"),
      ...each("GOVERNANCE"),
      ...each("REMOTE_JOBS"),
      ADVISOR__ENABLED: "true",
      ADVISOR__EVERY_SECONDS: "60",
      ANOMALY__ENABLED: "true",
      ANOMALY__EVERY_SECONDS: "60",
      SATELLITE__RPC_URLS: this.#urls[place]!.satellite,
      SATELLITE__DEPLOYMENT: this.#pair.satellitePath,
      SATELLITE__FEE_PER_GAS_GWEI: "1",
      PLACE: String(place),
      PLACES: String(KEEPERS.length),
      POLL_MS: "1000",
      LOG_LEVEL: "info",
    };
  }

  /** The endpoint where faults are, and where the plan is carried out. */
  async #first(side: Side, place: number): Promise<string> {
    const onTransaction = async () => {
      if (!this.plan.armed || this.plan.skip-- > 0) return "forward" as const;
      Object.assign(this.plan, { armed: false, struck: place });
      this.atSending += 1;
      const { process } = this.running[place]!;
      if (this.plan.after) {
        setImmediate(() => process.kill("SIGKILL"));
        return "dropAfter" as const;
      }
      process.kill("SIGKILL");
      await process.exited;
      return "dropBefore" as const;
    };
    const faultOf = (call: { method: string }) =>
      this.down.has(side) || this.half.has(side) ? { kind: "dropBefore" as const } : this.faults.of(call);
    return this.#proxy(startRpcProxy(this.#pair[side].url, onTransaction, (call) => call, faultOf));
  }

  async #spare(side: Side): Promise<string> {
    const faultOf = () => (this.down.has(side) ? { kind: "dropBefore" as const } : undefined);
    const { url } = this.#pair[side];
    return this.#proxy(
      startRpcProxy(
        url,
        () => (this.down.has(side) ? "dropBefore" : "forward"),
        (call) => call,
        faultOf,
      ),
    );
  }

  async #proxy(starting: Promise<RpcProxy>): Promise<string> {
    const proxy = await starting;
    this.#proxies.push(proxy);
    return proxy.url;
  }
}

/** What only one of the keepers does. */
const OWN: readonly Record<string, string>[] = [
  {
    AXELAR_RELAY__ENABLED: "true",
    AXELAR_RELAY__THRESHOLD: String(LOCAL_THRESHOLD),
    AXELAR_RELAY__GAS_PER_DAY: "100",
    SIGNER_KEYS: LOCAL_SIGNERS.join(","),
  },
  {
    REWARDS__ENABLED: "true",
    REWARDS__GAS_PER_DAY: "100",
    TOPUP__ENABLED: "true",
    TOPUP__LOW: String(LOW_COIN),
    TOPUP__HIGH: String(HIGH_COIN),
    TOPUP__PER_DAY: "1000",
  },
  {
    AXELAR_RECOVERY__ENABLED: "true",
    AXELAR_RECOVERY__ENVIRONMENT: "local",
    AXELAR_RECOVERY__AFTER_SECONDS: String(STUCK_SECONDS),
    AXELAR_RECOVERY__SPREAD_SECONDS: "0",
  },
];
