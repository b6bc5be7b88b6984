import assert from "node:assert/strict";
import { checkAll, checkSyncedVotes, countAll } from "./checks.ts";
import { leave } from "./leave.ts";
import { randomPlay } from "./plays.ts";
import { CAST, createStage, type Performance, type Play, perform, type Stage } from "./stage.ts";

const PANIC = "0x4e487b71";
const PER_BLOCK = 90;
const SYNC_EVERY = 10;

export interface CrowdReport {
  seed: number;
  calls: number;
  passed: number;
  blocks: number;
  /** calls that went through, by name */
  byName: Record<string, number>;
}

/**
 * Plays random calls of the whole crowd, many to a block, and holds the invariants against the state after each block;
 * at the end everybody leaves, and nothing may be left behind.
 * @throws AssertionError naming the seed, the block and the invariant
 */
export async function runCrowd(seed: number, calls: number): Promise<CrowdReport> {
  const stage = await createStage(seed);
  const report: CrowdReport = { seed, calls: 0, passed: 0, blocks: 0, byName: {} };
  stage.ghost.follow(stage.drafts);
  try {
    while (report.calls < calls) {
      jump(stage);
      const size = stage.random.between(PER_BLOCK / 3, PER_BLOCK);
      const plays = Array.from({ length: size }, () => randomPlay(stage));
      note(report, await perform(stage, plays));
      checkAll(stage, await countAll(stage));
      if (report.blocks % SYNC_EVERY === 0) await synchronise(stage);
      stage.ghost.forget();
      stage.drafts.clear();
    }
    report.calls += await leave(stage);
  } catch (error) {
    if (error instanceof Error) error.message = `seed ${seed}, block ${report.blocks}: ${error.message}`;
    throw error;
  } finally {
    await stage.world.close();
  }
  return report;
}

function note(report: CrowdReport, { made }: Performance): void {
  report.blocks += 1;
  report.calls += made.length;
  for (const { play, passed, reason } of made) {
    assert.ok(!(play.forbidden && passed), `INV-21: ${play.name} went through`);
    assert.notEqual(reason, PANIC, `INV-22: ${play.name} ended in a panic`);
    if (!passed) continue;
    report.passed += 1;
    report.byName[play.name] = (report.byName[play.name] ?? 0) + 1;
  }
}

/** Mostly minutes, sometimes past windows and thaws, rarely past the timeout of silent strategies. */
function jump({ world, random }: Stage): void {
  const kind = random.below(100);
  if (kind < 60) world.pass(1 + random.below(90));
  else if (kind < 84) world.pass(1 + random.below(1_500));
  else if (kind < 88) world.pass(random.between(1, 15) * 86_400);
  else world.pass(1);
  if (random.below(50) === 0) world.pass(31 * 86_400);
}

/** Brings all votes in line with what stands behind them. */
async function synchronise(stage: Stage): Promise<void> {
  const { world, people, providers } = stage;
  const who = CAST.keeper;
  const own = people.map(
    (one): Play => ({ name: "sync", who, to: world.staking, functionName: "syncVotes", args: [one] }),
  );
  const pooled = providers.flatMap((provider) =>
    people.map(
      (one): Play => ({ name: "sync", who, to: world.pools, functionName: "syncVotes", args: [provider, one] }),
    ),
  );
  const { made } = await perform(stage, [...own, ...pooled]);
  assert.ok(
    made.length === own.length + pooled.length && made.every(({ passed }) => passed),
    "anyone brings votes in line at any time",
  );
  checkSyncedVotes(await countAll(stage));
}
