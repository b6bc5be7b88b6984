// Three keepers with every bot that can work on two local chains, between endpoints that fail.
import { LOCAL_SIGNERS, LOCAL_THRESHOLD } from "../../scripts/lib/axelar.ts";
import type { Side } from "../../sdk/src/index.ts";
import type { Market } from "./harness.ts";
import { startKeeper } from "./keeper-harness.ts";
import { Killable } from "./killable.ts";
import type { Pair } from "./relay-harness.ts";

export const KEEPERS = [8, 9, 10] as const;
/** The keeper that relays, the one that collects and fills up, the one that helps stuck messages. */
export const [RELAY, TREASURER, HELPER] = [0, 1, 2] as const;
export const [PROVIDER, HOT] = [2, 12] as const;
/** A message that is open this long is stuck. */
export const STUCK_SECONDS = 5_400;
export const LOW_COIN = 15n;
export const HIGH_COIN = 20n;
const SIDES: readonly Side[] = ["home", "satellite"];
/** Chain seconds over which the keepers stand apart: slots of half of that. */
const SPREAD = "60";

/** Keepers as processes, each behind two endpoints of each chain. */
export class AllBots extends Killable<Side> {
  readonly #pair: Pair;
  readonly #market: Pick<Market, "chain" | "dir" | "deploymentPath" | "storage">;
  readonly #urls: Record<Side, string>[] = [];

  constructor(pair: Pair, random: () => number) {
    super(random);
    this.#pair = pair;
    const storage = { url: "http://127.0.0.1:9", process: pair.home.process };
    this.#market = { chain: pair.home, dir: pair.dir, deploymentPath: pair.homePath, storage };
  }

  async open(): Promise<void> {
    for (const place of KEEPERS.keys()) {
      const urls = { home: "", satellite: "" };
      for (const side of SIDES) urls[side] = await this.endpoints(side, this.#pair[side].url, place);
      this.#urls.push(urls);
    }
  }

  launch(place: number): void {
    const [provider, hot] = [PROVIDER, HOT].map((account) => this.#pair.home.wallet(account).account.address);
    const accounts: Record<string, string> =
      place === TREASURER ? { REWARDS__ACCOUNTS: provider!, TOPUP__ACCOUNTS: hot! } : {};
    const settings = { ...this.#common(place), ...OWN[place], ...accounts };
    const args = { account: KEEPERS[place]!, settings, rpcUrl: this.#urls[place]!.home };
    this.keepUp(place, () => startKeeper(this.#market, args));
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
