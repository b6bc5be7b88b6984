import assert from "node:assert/strict";
import { type Address, getAddress, maxUint256 } from "viem";
import { Random } from "../support/random.ts";
import { registerMock, tell } from "../support/scene.ts";
import { createWorld, Refusal, type Target, type World } from "../support/world.ts";
import { Model, TokenBook } from "./model.ts";
import type { Move, Stage } from "./moves/move.ts";
import { randomMove } from "./moves.ts";

const THAW = 3_600;

interface Money {
  held: bigint;
  balances: bigint[];
  gross: bigint[];
  fees: bigint[];
}

interface Stakes {
  held: bigint;
  owed: bigint;
  stakes: bigint[];
  locked: bigint[];
  thawing: bigint[];
  credits: bigint[];
}

export interface RunReport {
  seed: number;
  calls: number;
  accepted: number;
  refused: number;
  /** accepted calls by name */
  byName: Record<string, number>;
}

/**
 * Sends random calls of random actors with random jumps of time, and after each that goes through compares all books
 * with the model; so they do for every tenth that is refused.
 * @throws AssertionError naming the seed, the call and the book that is wrong
 */
export async function runInvariant(seed: number, calls: number): Promise<RunReport> {
  const { stage, books } = await setUp(seed);
  const report: RunReport = { seed, calls, accepted: 0, refused: 0, byName: {} };
  for (let index = 0; index < calls; index++) {
    jump(stage);
    const move = randomMove(stage);
    const context = `seed ${seed}, call ${index}: ${move.name}`;
    if (await make(stage, move, context)) {
      report.accepted += 1;
      report.byName[move.name] = (report.byName[move.name] ?? 0) + 1;
    } else {
      report.refused += 1;
      // A refused call cannot have changed anything, which is looked at now and then all the same.
      if (report.refused % 10 !== 0) continue;
    }
    await checkBooks(stage, books, context);
  }
  await stage.world.close();
  return report;
}

async function make({ world }: Stage, move: Move, context: string): Promise<boolean> {
  try {
    const receipt = await world.send(move.from, move.to, ...move.call);
    assert.ok(move.allowed, `${context} went through but must not`);
    move.apply(receipt);
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    assert.ok(!move.allowed, `${context} was refused but must go through: ${error.message}`);
    return false;
  }
}

/** Mostly seconds, sometimes past windows, rarely past the timeout of silent strategies. */
function jump({ world, random }: Stage): void {
  if (random.chance(30)) world.pass(random.below(90));
  else if (random.chance(6)) world.pass(random.below(1_500));
  else if (random.below(80) === 0) world.pass(random.between(29, 32) * 86_400);
}

async function checkExposures(
  { world, model, providers }: Pick<Stage, "world" | "model" | "providers">,
  context: string,
) {
  const exposures = providers.map((provider) => world.read<bigint>(world.staking, "exposureOf", [provider]));
  const wanted = providers.map((provider) => model.exposures.get(provider));
  assert.deepEqual(await Promise.all(exposures), wanted, `${context}: what operators may lock`);
  assert.equal(await world.read(world.staking, "burnDue"), model.burnDue, `${context}: what is to burn`);
  assert.equal(await world.read(world.staking, "auditDue"), model.auditDue, `${context}: the audit fund's share`);
  const supply = await world.read<bigint>(world.asy, "totalSupply");
  assert.equal(supply, model.supply - model.burned, `${context}: the supply of ASY`);
}

async function checkBooks({ world, model, providers, everyone }: Stage, books: Target, context: string): Promise<void> {
  for (const book of model.books) {
    const args = [world.market.address, book.address, everyone];
    const found = await world.read<Money>(books, "money", args);
    const wanted: Money = {
      // INVARIANT: escrow held = sum of open obligations
      held: model.obligations(book, everyone),
      balances: everyone.map((account) => book.balances.get(account)),
      gross: everyone.map((account) => book.gross.get(account)),
      fees: everyone.map((account) => book.fees.get(account)),
    };
    assert.deepEqual(found, wanted, `${context}: the market's books of ${book.address}`);
  }
  const found = await world.read<Stakes>(books, "stakes", [world.staking.address, world.asy.address, everyone]);
  const stakes = everyone.map((account) => model.stakes.get(account));
  const credits = everyone.map((account) => model.credits.get(account));
  const thawing = everyone.map((account) => model.thawsOf(account).reduce((sum, { amount }) => sum + amount, 0n));
  const owed = [model.burnDue, model.auditDue, ...stakes, ...credits, ...thawing].reduce(
    (sum, amount) => sum + amount,
    0n,
  );
  // INVARIANT: what is locked = bonds of claimed and submitted jobs; what is held = what is owed, burnDue included
  const locked = everyone.map((account) => model.bonds(account));
  const wanted: Stakes = { held: owed, owed, stakes, locked, thawing, credits };
  assert.deepEqual(found, wanted, `${context}: the staking manager's books`);
  await checkExposures({ world, model, providers }, context);
}

async function setUp(seed: number): Promise<{ stage: Stage; books: Target }> {
  const world = await createWorld((config) => {
    config.market.minWindow = 60;
    for (const token of config.market.tokens) token.minBond = 1_000n;
  });
  const accounts = world.accounts.map((account) => getAddress(account));
  const requesters = accounts.slice(1, 4);
  const providers = accounts.slice(4, 7);
  const operators = accounts.slice(7, 10);
  const treasury = accounts[10]!;
  const stranger = accounts[11]!;
  const other = await world.create("mocks/TestToken.sol");
  await world.send(world.deployer, world.market, "setTreasury", [treasury]);
  await world.send(world.deployer, world.market, "configureToken", [other.address, true, 100, 0]);
  for (const account of [...requesters, ...providers]) await fund(world, other, account);
  const strategy = await registerMock(world, 1);
  await tell(world, strategy, 0, 0);
  const asy = new TokenBook(getAddress(world.asy.address), 250, 1_000n);
  const supply = await world.read<bigint>(world.asy, "totalSupply");
  const model = new Model(supply, [asy, new TokenBook(getAddress(other.address), 100, 0n)], treasury, THAW);
  for (const [index, provider] of providers.entries()) {
    await world.send(provider, world.staking, "setOperator", [operators[index], true]);
    model.allow(provider, operators[index]!);
  }
  const everyone = [...requesters, ...providers, ...operators, treasury, stranger];
  const stage = { world, model, random: new Random(seed), requesters, providers, everyone, strategy };
  return { stage, books: await world.create("mocks/Books.sol") };
}

async function fund(world: World, other: Target, account: Address): Promise<void> {
  await world.send(world.deployer, world.asy, "transfer", [account, 10n ** 20n]);
  await world.send(world.deployer, other, "mint", [account, 10n ** 20n]);
  for (const token of [world.asy, other]) {
    for (const spender of [world.market, world.staking]) {
      await world.send(account, token, "approve", [spender.address, maxUint256]);
    }
  }
}
