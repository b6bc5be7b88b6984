import assert from "node:assert/strict";
import { type Address, isAddressEqual } from "viem";
import type { Transfer } from "../../../sdk/src/crosschain/transfers.ts";
import type { Target } from "../../support/world.ts";
import { createLink, type End, LIMIT, type Link } from "./link.ts";
import { type Model, type ModelTransfer, other, type Side } from "./model.ts";
import { emptyTally, FUNDS, type Mirror, MODEL_LIMIT, Schedule, type Tally, USERS } from "./schedule.ts";
import { createUpgrades, type Upgrades } from "./upgrades.ts";

/** The model's unit in the token's. */
const UNIT = LIMIT / BigInt(MODEL_LIMIT);
const PAUSE_DELIVER = 2;
const RECEIVER_GAS = 100_000;
/** Enough for the adapter, too little for what the bridge promises a receiver. */
const TOO_LITTLE_GAS = 300_000n;

/** Plays the moves of a schedule on two chains with the real gateways. */
class Contracts implements Mirror {
  readonly #link: Link;
  readonly #ends: readonly [End, End];
  readonly #users: readonly Address[];
  readonly #receivers: readonly [Target, Target];
  readonly #transfers: [Transfer[], Transfer[]] = [[], []];
  readonly #base: readonly [number, number];
  readonly #upgrades: Upgrades;
  /** How many messages a second gateway has let through once more. */
  throughTwice = 0;

  constructor(link: Link, users: readonly Address[], receivers: readonly [Target, Target], upgrades: Upgrades) {
    this.#link = link;
    this.#upgrades = upgrades;
    this.#ends = [link.home, link.satellite];
    this.#users = users;
    this.#receivers = receivers;
    this.#base = [link.home.chain.now, link.satellite.chain.now];
  }

  pass(seconds: number): void {
    this.#link.pass(seconds);
  }

  async send(side: Side, { from, to, amount, deadline, unwilling }: ModelTransfer): Promise<void> {
    const there = other(side);
    const sent = await this.#link.transfer(this.#ends[side], this.#users[from]!, {
      to: unwilling ? this.#receivers[there].address : this.#users[to]!,
      amount: BigInt(amount) * UNIT,
      deadline: this.#base[there] + deadline,
      ...(unwilling ? { callGas: RECEIVER_GAS, data: "0x01" as const } : {}),
    });
    this.#transfers[side].push(sent.transfer);
  }

  resend(side: Side, transfer: ModelTransfer): Promise<void> {
    return this.#onTransfer(side, transfer, "resend");
  }

  recall(side: Side, transfer: ModelTransfer): Promise<void> {
    return this.#onTransfer(side, transfer, "recall");
  }

  refund(side: Side, transfer: ModelTransfer): Promise<void> {
    return this.#onTransfer(side, transfer, "refund");
  }

  async release(side: Side, { number }: ModelTransfer): Promise<void> {
    const transfer = this.#transfers[other(side)][number]!;
    await this.#act(side, "release", [this.#ends[other(side)].chainId, number + 1, transfer]);
  }

  async acknowledge(side: Side, number: number): Promise<void> {
    await this.#act(side, "acknowledge", [this.#ends[other(side)].chainId, [number + 1]]);
  }

  async deliver(index: number, taken: boolean): Promise<void> {
    const item = this.#link.inFlight[index]!;
    if (!taken) {
      await assert.rejects(this.#link.deliver(item), /Adapter_UnknownSource/);
      return;
    }
    this.#link.inFlight.splice(index, 1);
    await this.#link.deliver(item);
  }

  async starve(index: number): Promise<void> {
    await assert.rejects(this.#link.deliver(this.#link.inFlight[index]!, TOO_LITTLE_GAS), /Bridge_GasTooLow/);
  }

  async repeat(index: number, taken: boolean): Promise<void> {
    const item = this.#link.delivered[index]!;
    if (await this.#upgrades.knows(item)) await assert.rejects(this.#link.deliver(item), /NotApprovedByGateway/);
    else if (!taken) await assert.rejects(this.#link.deliver(item), /Adapter_UnknownSource/);
    else {
      await this.#link.deliver(item);
      this.#link.delivered.pop();
      if (isAddressEqual(item.message.contractAddress, item.to.adapter.address)) this.throughTwice++;
    }
  }

  async drop(index: number): Promise<void> {
    this.#link.inFlight.splice(index, 1);
  }

  async pause(side: Side, on: boolean): Promise<void> {
    await this.#link.admin(this.#ends[side], this.#ends[side].bridge, "setPause", [on ? PAUSE_DELIVER : 0]);
  }

  async connect(side: Side, on: boolean): Promise<void> {
    const there = this.#ends[other(side)];
    const adapter = on ? there.adapter.address : this.#users[0]!;
    await this.#link.admin(this.#ends[side], this.#ends[side].adapter, "connect", [there.chainId, there.name, adapter]);
  }

  async upgrade(side: Side, inPlace: boolean): Promise<void> {
    await this.#upgrades[inPlace ? "refresh" : "replace"](this.#ends[side]);
  }

  async fork(side: Side): Promise<() => Promise<void>> {
    const undo = await this.#link.fork(this.#ends[side]);
    const { length } = this.#transfers[side];
    return async () => {
      this.#transfers[side].length = length;
      await undo();
    };
  }

  async compare(model: Model): Promise<void> {
    for (const side of [0, 1] as const) {
      for (const [index, user] of this.#users.entries()) {
        const found = await this.#link.balance(this.#ends[side], user);
        assert.equal(found, BigInt(model.ends[side].balances[index]!) * UNIT, `side ${side}, user ${index}`);
      }
    }
    const [home, satellite] = this.#ends;
    const locked = await this.#link.balance(home, home.bridge.address);
    assert.equal(locked, BigInt(model.supply) * UNIT);
    assert.equal(await satellite.chain.read<bigint>(satellite.token, "totalSupply"), locked);
    assert.equal(await home.chain.read<bigint>(home.bridge, "supplyOf", [satellite.chainId]), locked);
  }

  async #onTransfer(side: Side, { number }: ModelTransfer, what: string): Promise<void> {
    const transfer = this.#transfers[side][number]!;
    await this.#act(side, what, [this.#ends[other(side)].chainId, number + 1, transfer], transfer.from);
  }

  async #act(side: Side, what: string, args: readonly unknown[], from: Address = this.#users[0]!): Promise<void> {
    await this.#link.act(this.#ends[side], from, this.#ends[side].bridge, what, args);
  }
}

/** Runs schedules `first` to `first + count - 1` on real contracts. @throws naming the seed of the one that failed */
export async function runOnContracts(
  first: number,
  count: number,
  moves: number,
): Promise<Tally & { throughTwice: number }> {
  const link = await createLink();
  const upgrades = await createUpgrades(link);
  const { home, satellite } = link;
  const users = home.chain.accounts.slice(1, 1 + USERS);
  for (const user of users) {
    await link.admin(home, home.token, "transfer", [user, BigInt(FUNDS) * UNIT]);
    await home.chain.send(user, home.token, "approve", [home.bridge.address, 1n << 200n]);
  }
  const receivers = [
    await home.chain.create("mocks/BridgeReceiver.sol"),
    await satellite.chain.create("mocks/BridgeReceiver.sol"),
  ] as const;
  const reset = await link.snapshot();
  const tally = { ...emptyTally(), throughTwice: 0 };
  try {
    for (let seed = first; seed < first + count; seed++) {
      await reset();
      const contracts = new Contracts(link, users, receivers, upgrades);
      await new Schedule(seed, tally, contracts).run(moves).catch((error: Error) => {
        throw new Error(`schedule ${seed}: ${error.message}`, { cause: error });
      });
      tally.throughTwice += contracts.throughTwice;
    }
  } finally {
    await link.close();
  }
  return tally;
}
