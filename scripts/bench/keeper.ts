/**
 * Keepers on a local chain: many results that fall due within an hour of chain time, three keepers of one operator.
 *
 *     npm run bench:keeper -- --json                10,000 jobs
 *     npm run bench:keeper -- --json --jobs 1000
 *
 * `finalizeGasPerJob`: gas of all the keepers' transactions, by jobs paid; `missedDeadlines`: results not paid within
 * 900 seconds of chain time after they were due; `duplicates`: transactions that reverted or paid nobody, and members of
 * batches that another keeper had paid; `upkeepGas`: gas of performUpkeep of the coordinator for sixteen results, by result.
 * `relaySeconds`, `remoteJobSeconds`: see relay.ts.
 * The contracts are those of the production build. Chain time stands still until every keeper has decided upon the newest
 * block and sent what it decided: a chain of twelve seconds a block gives them longer than that.
 */
import { parseArgs } from "node:util";
import { encodeFunctionData, zeroAddress } from "viem";
import { upkeepCoordinatorAbi } from "../../sdk/src/index.ts";
import type { TestKeeper } from "../../test/e2e/keeper-harness.ts";
import type { DueJob } from "../../test/e2e/many-jobs.ts";
import { productionHardhat } from "../lib/production.ts";

const { values: flags } = parseArgs({
  options: { json: { type: "boolean" }, jobs: { type: "string", default: "10000" } },
});
const JOBS = Number(flags.jobs);
const UPKEEP_JOBS = 16;
const REQUESTER = 1;
const PROVIDER = 2;
const KEEPERS = [8, 9, 10] as const;
const HOUR = 3_600;
/** Long enough that nothing falls due while jobs are made and keepers start. */
const BEFORE = 20_000;
const BLOCK_SECONDS = 12;
const PATIENCE_MS = 100;
const DEADLINE = 900;
const SPREAD = 240;

const say = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
await productionHardhat();
const { ASY, openMarket } = await import("../../test/e2e/harness.ts");
const { startKeeper, stopKeepers } = await import("../../test/e2e/keeper-harness.ts");
const { submitMany } = await import("../../test/e2e/many-jobs.ts");
const { readSettlements } = await import("../../test/e2e/settlement-record.ts");
const { measureRelay } = await import("./relay.ts");
const market = await openMarket();
try {
  const { publicClient } = market.chain;
  const provider = market.chain.wallet(PROVIDER).account.address;
  const stake = ASY(String((JOBS + UPKEEP_JOBS) * 12));
  await market.give(provider, stake);
  await market.client(PROVIDER).stake({ amount: stake });
  const money = ASY(String((JOBS + UPKEEP_JOBS) * 3));
  await market.give(market.chain.wallet(REQUESTER).account.address, money);
  await market.requester.deposit({ amount: money });
  const upkeepJobs = {
    count: UPKEEP_JOBS,
    requester: REQUESTER,
    provider: PROVIDER,
    windowOf: () => BEFORE + 4 * HOUR,
  };
  const forUpkeep = await submitMany(market, upkeepJobs);
  const windowOf = (index: number) => BEFORE + Math.floor((index * HOUR) / JOBS);
  const jobs = await submitMany(market, { count: JOBS, requester: REQUESTER, provider: PROVIDER, windowOf });
  say(`${JOBS} results submitted`);
  const fromBlock = await publicClient.getBlockNumber({ cacheTime: 0 });
  const keepers = KEEPERS.map((account, place) =>
    startKeeper(market, {
      account,
      settings: {
        SETTLE__ENABLED: "true",
        SETTLE__JOBS: "all",
        SETTLE__SPREAD_SECONDS: String(SPREAD),
        SETTLE__MIN_BATCH: "128",
        SETTLE__MAX_WAIT_SECONDS: "200",
        SETTLE__MAX_BATCH: "128",
        SETTLE__GAS_PER_DAY: "100",
        PLACE: String(place),
        PLACES: String(KEEPERS.length),
        LOG_LEVEL: "info",
      },
    }),
  );
  await Promise.all(keepers.map((keeper) => keeper.url()));
  say("keepers started");
  await letThemFallDue(jobs, keepers);
  const record = await readSettlements(market, { jobs, keepers: KEEPERS, fromBlock, deadline: DEADLINE });
  say(JSON.stringify(record));
  for (const keeper of keepers) await keeper.process.stop();
  const report = {
    jobs: JOBS,
    keepers: KEEPERS.length,
    finalizeGasPerJob: Math.round(record.gasPerJob),
    upkeepGas: await measureUpkeep(forUpkeep),
    missedDeadlines: record.missed,
    duplicates: record.duplicates,
    paidTwice: record.twice,
    latestSeconds: record.latestSeconds,
    transactions: record.transactions,
    ...(await measureRelay()),
  };
  console.log(flags.json ? JSON.stringify(report) : report);
} finally {
  await stopKeepers();
  await market.close();
}

/** Lets chain time run, a block of twelve seconds after the other, until every deadline is over. */
async function letThemFallDue(jobs: readonly DueJob[], keepers: readonly TestKeeper[]): Promise<void> {
  const urls = await Promise.all(keepers.map((keeper) => keeper.url()));
  const [first, last] = [Math.min(...jobs.map(({ due }) => due)), Math.max(...jobs.map(({ due }) => due))];
  const now = async () => Number((await market.chain.publicClient.getBlock({ blockTag: "latest" })).timestamp);
  await market.pass(first - (await now()) - 1);
  for (let at = await now(); at < last + DEADLINE; at = await now()) {
    await market.pass(BLOCK_SECONDS);
    const block = await market.chain.publicClient.getBlockNumber({ cacheTime: 0 });
    await Promise.all(urls.map((url) => rest(url, block)));
  }
  say("all deadlines are over");
}

/** Waits until a keeper has decided upon this block and nothing that it decided is under way. */
async function rest(url: string, block: bigint): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/status`);
    const { decided, bots } = (await answer.json()) as { decided?: string; bots: { doing?: string[] }[] };
    if (BigInt(decided ?? 0) >= block && bots.every(({ doing = [] }) => doing.length === 0)) return;
    await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  }
}

/** Gas of one performUpkeep, as a registry would send it, for each result it pays. */
async function measureUpkeep(jobs: readonly DueJob[]): Promise<number> {
  const { chain, deployment } = market;
  const wallet = chain.wallet(KEEPERS[0]);
  const { timestamp } = await chain.publicClient.getBlock();
  await market.pass(Math.max(1, Math.max(...jobs.map(({ due }) => due)) - Number(timestamp)));
  const items = jobs.map(({ terms, run, commitment }) => ({ terms, run, commitment }));
  const { address } = deployment.contracts.UpkeepCoordinator!;
  const coordinator = { address, abi: upkeepCoordinatorAbi } as const;
  const checkData = encodeFunctionData({ abi: upkeepCoordinatorAbi, functionName: "settle", args: [items] });
  const [needed, performData] = await chain.publicClient.readContract({
    ...coordinator,
    functionName: "checkUpkeep",
    args: [checkData],
    account: zeroAddress,
  });
  if (!needed) throw new Error("the coordinator finds nothing due");
  const done = await wallet.writeContract({ ...coordinator, functionName: "performUpkeep", args: [performData] });
  const { gasUsed, status } = await chain.publicClient.waitForTransactionReceipt({ hash: done });
  if (status !== "success") throw new Error("performUpkeep reverted");
  return Math.round(Number(gasUsed) / jobs.length);
}
