// kill -9 of keepers, over and over, while results fall due: what the crash test and its long run share.

import { randomOf } from "./crash-run.ts";
import type { Market } from "./harness.ts";
import { startKeeper, type TestKeeper } from "./keeper-harness.ts";
import { submitMany } from "./many-jobs.ts";
import { startRpcProxy } from "./rpc-proxy.ts";
import { readSettlements, type SettlementRecord } from "./settlement-record.ts";

export interface KeeperCrashArgs {
  /** Test accounts of requester and provider, the latter with stake enough. */
  requester: number;
  provider: number;
  /** Test accounts of the keepers. */
  keepers: readonly number[];
  jobs: number;
  kills: number;
  seed: number;
  onKill?: (kills: number) => void;
}

export interface KeeperCrashReport extends SettlementRecord {
  kills: number;
  /** Kills while a settlement was on its way to the chain, and right after the chain had it. */
  atSending: number;
  jobs: number;
}

/** Chain seconds that every look of this run lets pass. */
const STEP = 4;
/** Time for the jobs to be made and the keepers to start before the first falls due. */
const BEFORE = 600;
/** Chain seconds over which keepers stand apart: many steps each, since a step leaves a loaded machine little time. */
const SPREAD_OF_ONE = 120;
/** Chain seconds from one kill to the next, of which results fall due. */
const PER_KILL = 60;
/** Steps within which a keeper sends something: two rounds of turns. */
const STEPS_TO_SEND = 200;

/**
 * Lets results fall due one after the other, kills a keeper at a random moment or at the moment it sends a settlement, and
 * starts it again on the same folder, until so many kills are done and every result is paid.
 */
export async function keeperCrashRun(market: Market, args: KeeperCrashArgs): Promise<KeeperCrashReport> {
  const random = randomOf(args.seed);
  const { publicClient } = market.chain;
  const span = args.kills * PER_KILL;
  const windowOf = (index: number) => BEFORE + Math.floor((index * span) / args.jobs);
  const { requester, provider } = args;
  const jobs = await submitMany(market, { count: args.jobs, requester, provider, windowOf });
  const fromBlock = await publicClient.getBlockNumber({ cacheTime: 0 });
  const plan: { armed: boolean; after: boolean; struck: number | undefined } = {
    armed: false,
    after: false,
    struck: undefined,
  };
  let [kills, atSending] = [0, 0];

  const running: TestKeeper[] = [];
  const proxies = await Promise.all(
    args.keepers.map((_, place) =>
      startRpcProxy(market.chain.url, async (name) => {
        if (name !== "finalizeBatch" || !plan.armed) return "forward";
        Object.assign(plan, { armed: false, struck: place });
        atSending += 1;
        const target = running[place]!.process;
        if (plan.after) {
          setImmediate(() => target.kill("SIGKILL"));
          return "dropAfter";
        }
        target.kill("SIGKILL");
        await target.exited;
        return "dropBefore";
      }),
    ),
  );
  const launch = (place: number) => {
    const settings = {
      SETTLE__ENABLED: "true",
      SETTLE__JOBS: "all",
      SETTLE__SPREAD_SECONDS: String(SPREAD_OF_ONE * (args.keepers.length - 1)),
      SETTLE__GAS_PER_DAY: "100",
      PLACE: String(place),
      PLACES: String(args.keepers.length),
      LOG_LEVEL: "info",
    };
    running[place] = startKeeper(market, { account: args.keepers[place]!, settings, rpcUrl: proxies[place]!.url });
  };
  for (const place of args.keepers.keys()) launch(place);
  try {
    return await killAndWait();
  } finally {
    await Promise.all(running.map((keeper) => keeper.process.stop()));
    await Promise.all(proxies.map((proxy) => proxy.close()));
  }

  async function killAndWait(): Promise<KeeperCrashReport> {
    await Promise.all(running.map((keeper) => keeper.url()));
    const { timestamp } = await publicClient.getBlock();
    await market.pass(Math.max(1, Math.min(...jobs.map(({ due }) => due)) - Number(timestamp)));

    while (kills < args.kills) {
      let place = Math.floor(random() * args.keepers.length);
      if (random() < 0.5) {
        Object.assign(plan, { armed: true, after: random() < 0.5, struck: undefined });
        // nothing may be due that could be sent: then one dies at any moment
        for (let waited = 0; plan.armed && waited < STEPS_TO_SEND; waited++) await step(market, 100);
        plan.armed = false;
        place = plan.struck ?? place;
      } else await step(market, Math.floor(random() * 800));
      const keeper = running[place]!;
      keeper.process.kill("SIGKILL");
      await keeper.process.exited;
      kills += 1;
      args.onKill?.(kills);
      launch(place);
      // as often in the middle of starting as at work
      if (random() < 0.7) await running[place]!.url();
    }
    const last = Math.max(...jobs.map(({ due }) => due));
    const read = () => readSettlements(market, { jobs, keepers: args.keepers, fromBlock, deadline: 1e9 });
    let record = await read();
    for (let looks = 0; record.missed > 0 && looks < 120; looks++) {
      await step(market, 500);
      const now = Number((await publicClient.getBlock()).timestamp);
      if (now < last) await market.pass(last - now);
      record = await read();
    }
    return { ...record, kills, atSending, jobs: args.jobs };
  }
}

async function step(market: Market, ms: number): Promise<void> {
  await market.pass(STEP);
  await new Promise((resolve) => setTimeout(resolve, ms));
}
