import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Address, keccak256 } from "viem";
import { ASY_UNIT } from "../support/actor.ts";
import { runJobs } from "./support/jobs.ts";
import { type End, HOME, type Link, SATELLITE } from "./support/link.ts";
import type { Remote, Sent } from "./support/remote.ts";
import { createRemoteScene, FUNDS, IN, type RemoteScene } from "./support/remote-scene.ts";

const PRICE = 100n * ASY_UNIT;
const OUTCOME = { finalized: 4, expired: 5, cancelled: 6 };
const DIGEST = keccak256("0x0d");

let remote: Remote;
let link: Link;
let home: End;
let satellite: End;
let user: Address;
let other: Address;
let stranger: Address;
let reset: () => Promise<void>;
let wallet: RemoteScene["wallet"];
let acknowledge: RemoteScene["acknowledge"];
let posted: RemoteScene["posted"];

before(async () => {
  ({ remote, link, home, satellite, user, other, stranger, reset, wallet, acknowledge, posted } =
    await createRemoteScene());
});
beforeEach(() => reset());
after(() => link.close());

/** Runs a posted job and pays its provider. */
async function finalized(sent: Sent): Promise<void> {
  await remote.run(sent);
  link.pass(601);
  await remote.provider.finalize(sent.job);
}

describe("a user on another chain buys compute", () => {
  test("RJ-01, RJ-07 the job is posted and run; commitment, output and change come back", async () => {
    const sent = await posted(user, {
      minPrice: 40n * ASY_UNIT,
      maxPrice: PRICE,
      rampLength: 3_600,
      rampStart: home.chain.now,
    });
    assert.equal(await wallet(user), FUNDS - PRICE);
    await remote.run(sent);
    await link.act(home, stranger, remote.hub, "report", [sent.ticket, remote.result(sent, DIGEST)]);
    await link.settle();
    assert.equal((await remote.statusOf(sent)).commitment, sent.job.commitment);
    await home.chain.refused(stranger, remote.hub, ["settle", [sent.ticket]], "JobHub_NotEnded");
    link.pass(601);
    await remote.provider.finalize(sent.job);
    const { transfer } = await remote.settle(sent, stranger);
    await link.settle();
    assert.equal((await remote.statusOf(sent)).outcome, OUTCOME.finalized);
    assert.equal(await wallet(user), FUNDS - PRICE + transfer.amount);
    assert.ok(transfer.amount > 0n && transfer.amount <= 60n * ASY_UNIT);
    await remote.assertConserved();
  });

  test("RJ-05 cancelled from there while it is open: everything comes back", async () => {
    const sent = await posted(user);
    await remote.cancel(sent);
    await link.settle();
    await remote.settle(sent);
    await link.settle();
    assert.equal((await remote.statusOf(sent)).outcome, OUTCOME.cancelled);
    assert.equal(await wallet(user), FUNDS);
    await remote.assertConserved();
  });

  test("a cancellation that comes after the claim is refused, and the job goes on", async () => {
    const sent = await posted(user);
    await remote.provider.claim(sent.job);
    const cancellation = await remote.cancel(sent);
    await link.settle();
    assert.equal(await link.incoming(home, cancellation.number), IN.refused);
    await acknowledge(home, cancellation.number);
    await satellite.chain.send(stranger, satellite.bridge, "refund", [
      HOME,
      cancellation.number,
      cancellation.transfer,
    ]);
    await remote.provider.submit(sent.job);
    link.pass(601);
    await remote.provider.finalize(sent.job);
    await remote.settle(sent);
    await link.settle();
    assert.equal(await wallet(user), FUNDS - PRICE);
    await remote.assertConserved();
  });

  test("RJ-06 a late provider's penalty is part of the change", async () => {
    const sent = await posted(user);
    await remote.provider.claim(sent.job);
    link.pass(3_601);
    await remote.provider.expire(sent.job);
    const { transfer } = await remote.settle(sent);
    await link.settle();
    assert.ok(transfer.amount > PRICE, "the price and a share of the bond");
    assert.equal(await wallet(user), FUNDS - PRICE + transfer.amount);
    assert.equal((await remote.statusOf(sent)).outcome, OUTCOME.expired);
  });

  test("two users' jobs of the same index do not meet", async () => {
    const first = await posted(user);
    const second = await posted(other);
    assert.notEqual(first.account, second.account);
    await finalized(second);
    await remote.cancel(first);
    await link.settle();
    for (const sent of [first, second]) await remote.settle(sent);
    await link.settle();
    assert.deepEqual([await wallet(user), await wallet(other)], [FUNDS, FUNDS - PRICE]);
    await remote.assertConserved();
  });
});

describe("nothing is paid twice", () => {
  test("RJ-03, RJ-10 every message comes again, and changes nothing", async () => {
    const sent = await remote.post(user);
    const [posting] = link.inFlight;
    await link.settle();
    await link.act(satellite, stranger, satellite.bridge, "resend", [HOME, sent.number, sent.transfer]);
    await link.settle();
    await assert.rejects(link.deliver(posting!), /NotApprovedByGateway/);
    await finalized(sent);
    const outcome = await remote.settle(sent);
    await link.act(home, stranger, home.bridge, "resend", [SATELLITE, outcome.number, outcome.transfer]);
    await link.settle();
    assert.equal(await wallet(user), FUNDS - PRICE);
    await home.chain.refused(stranger, remote.hub, ["settle", [sent.ticket]], "JobHub_NothingDue");
    await acknowledge(satellite, outcome.number);
    await home.chain.refused(stranger, remote.hub, ["settle", [sent.ticket]], "JobHub_NothingDue");
    await remote.assertConserved();
  });

  test("RJ-04 recalled before it arrives: paid back once, the late job is not posted", async () => {
    const sent = await remote.post(user);
    const late = link.inFlight.shift()!;
    await assert.rejects(remote.refund(sent, user), /Portal_NotRefused/, "its own clock pays nothing");
    await link.act(satellite, user, remote.portal, "recall", [sent.ticket.index, sent.transfer]);
    await link.settle();
    await link.deliver(late);
    await acknowledge(home, sent.number);
    await remote.refund(sent, stranger);
    assert.equal(await wallet(user), FUNDS);
    await assert.rejects(remote.refund(sent, stranger), /Portal_WrongStatus/);
    await home.chain.refused(stranger, remote.hub, ["settle", [sent.ticket]], "JobHub_NoSuchJob");
    await remote.assertConserved();
  });

  test("RJ-04 recalled after it was posted: the job goes on, no refund", async () => {
    const sent = await posted(user);
    await link.act(satellite, user, remote.portal, "recall", [sent.ticket.index, sent.transfer]);
    await link.settle();
    await acknowledge(home, sent.number);
    await assert.rejects(remote.refund(sent, user), /Portal_NotRefused/);
    const own = await remote.post(user);
    const { transfer } = await remote.post(other);
    const theirs = ["recall", [own.ticket.index, transfer]] as const;
    await satellite.chain.refused(user, remote.portal, theirs, "Bridge_WrongTransfer");
  });

  test("RJ-04 a refund that somebody had the bridge pay to the portal is passed on once", async () => {
    const sent = await remote.post(user, { lane: 3 });
    const rival = await remote.post(other, { lane: 3 });
    await link.settle();
    await acknowledge(home, sent.number, rival.number);
    await satellite.chain.send(stranger, satellite.bridge, "refund", [HOME, sent.number, sent.transfer]);
    await assert.rejects(remote.refund({ ...rival, transfer: sent.transfer }, stranger), /Bridge_WrongTransfer/);
    for (const one of [sent, rival]) await remote.refund(one, stranger);
    for (const one of [sent, rival]) await assert.rejects(remote.refund(one, stranger), /Portal_WrongStatus/);
    assert.deepEqual([await wallet(user), await wallet(other)], [FUNDS, FUNDS]);
    await remote.assertConserved();
  });

  test("RJ-06, RJ-08 an outcome that was recalled goes to the home account or again, never to both", async () => {
    const sent = await posted(user, {}, stranger);
    await remote.cancel(sent);
    await link.settle();
    const outcome = await remote.settle(sent);
    const late = link.inFlight.shift()!;
    const recall = ["recall", [sent.ticket, outcome.transfer]] as const;
    await home.chain.refused(other, remote.hub, recall, "JobHub_NotHomeAccount");
    await home.chain.refused(stranger, remote.hub, ["takeHome", [sent.ticket]], "JobHub_NothingDue");
    await link.act(home, stranger, remote.hub, ...recall);
    await link.settle();
    await link.deliver(late);
    assert.equal(await wallet(user), FUNDS - PRICE, "nothing came");
    await home.chain.refused(stranger, remote.hub, ["takeHome", [sent.ticket]], "JobHub_NothingDue");
    await acknowledge(satellite, outcome.number);
    await home.chain.send(other, home.bridge, "refund", [SATELLITE, outcome.number, outcome.transfer]);
    await home.chain.refused(other, remote.hub, ["takeHome", [sent.ticket]], "JobHub_NotHomeAccount");
    const had = await link.balance(home, stranger);
    await home.chain.send(stranger, remote.hub, "takeHome", [sent.ticket]);
    assert.equal(await link.balance(home, stranger), had + PRICE);
    for (const name of ["takeHome", "settle"]) {
      await home.chain.refused(stranger, remote.hub, [name, [sent.ticket]], "JobHub_NothingDue");
    }
    await remote.assertConserved();
  });

  test("RJ-06 an outcome that came back is sent again, whole; what comes later is sent after it", async () => {
    const sent = await posted(user);
    await remote.cancel(sent);
    await link.settle();
    const first = await remote.settle(sent);
    link.inFlight.length = 0;
    link.pass(31 * 86_400);
    await link.act(home, other, home.bridge, "recall", [SATELLITE, first.number, first.transfer]);
    await link.settle();
    await acknowledge(satellite, first.number);
    await home.chain.refused(stranger, remote.hub, ["settle", [sent.ticket]], "JobHub_NothingDue");
    await home.chain.send(stranger, home.bridge, "refund", [SATELLITE, first.number, first.transfer]);
    const second = await remote.settle(sent);
    await link.settle();
    assert.equal(await wallet(user), FUNDS);
    await acknowledge(satellite, second.number);
    await link.admin(home, home.token, "transfer", [sent.account, 5n]);
    const third = await remote.settle(sent);
    assert.equal(third.transfer.amount, 5n);
    await link.settle();
    assert.equal(await wallet(user), FUNDS + 5n);
    await remote.assertConserved();
  });
});

describe("order, limits, pauses", () => {
  test("RJ-05, XCH-17 a message that overtakes its user's earlier one waits for it", async () => {
    const first = await remote.post(user);
    const cancellation = await remote.cancel(first);
    const [posting, cancelling] = link.inFlight.splice(0);
    await link.deliver(cancelling!);
    assert.equal(await link.incoming(home, cancellation.number), IN.queued);
    const release = ["release", [SATELLITE, cancellation.number, cancellation.transfer]] as const;
    await home.chain.refused(stranger, home.bridge, release, "Bridge_NotYet");
    const second = await posted(other);
    assert.equal(await link.incoming(home, second.number), IN.accepted, "others do not wait");
    await link.deliver(posting!);
    await home.chain.send(stranger, home.bridge, ...release);
    await remote.settle(first);
    await link.settle();
    assert.equal(await wallet(user), FUNDS);
  });

  test("RJ-05 a lost message does not stop its user for ever: recalled, it lets the next one through", async () => {
    const lost = await remote.post(user);
    link.inFlight.length = 0;
    const next = await posted(user);
    assert.equal(await link.incoming(home, next.number), IN.queued);
    await link.act(satellite, user, remote.portal, "recall", [lost.ticket.index, lost.transfer]);
    await link.settle();
    await home.chain.send(stranger, home.bridge, "release", [SATELLITE, next.number, next.transfer]);
    assert.equal(await link.incoming(home, next.number), IN.accepted);
    await acknowledge(home, lost.number);
    await remote.refund(lost, stranger);
    assert.equal(await wallet(user), FUNDS - PRICE);
  });

  test("XCH-17 what waits for its receiver until the deadline goes back, and takes no room from others", async () => {
    await remote.post(user, { maxPrice: FUNDS / 2n });
    link.inFlight.length = 0;
    const next = await posted(user, { maxPrice: FUNDS / 2n });
    const limit = () => home.chain.read<readonly [bigint, bigint]>(home.bridge, "limitOf", [SATELLITE]);
    const [room] = await limit();
    const release = ["release", [SATELLITE, next.number, next.transfer]] as const;
    for (let index = 0; index < 3; index++) {
      await home.chain.refused(stranger, home.bridge, release, "Bridge_NotYet");
    }
    assert.deepEqual((await limit())[0], room);
    link.pass(3_601);
    await home.chain.send(stranger, home.bridge, ...release);
    await acknowledge(home, next.number);
    await remote.refund(next, stranger);
  });

  test("RJ-09 rate limit hit: the job is queued, not lost", async () => {
    await link.admin(home, home.bridge, "setLimit", [SATELLITE, PRICE, 3_600]);
    const first = await posted(user);
    const second = await posted(user);
    assert.equal(await link.incoming(home, first.number), IN.accepted);
    assert.equal(await link.incoming(home, second.number), IN.queued);
    link.pass(3_600);
    await home.chain.send(stranger, home.bridge, "release", [SATELLITE, second.number, second.transfer]);
    assert.equal(await link.incoming(home, second.number), IN.accepted);
  });

  test("RJ-09 a paused satellite: outcomes wait there and are paid when it goes on", async () => {
    const sent = await posted(user);
    await remote.cancel(sent);
    await link.settle();
    await link.admin(satellite, satellite.bridge, "setPause", [3]);
    await assert.rejects(remote.post(user), /Bridge_Paused/);
    const outcome = await remote.settle(sent);
    await link.settle();
    assert.equal(await wallet(user), FUNDS - PRICE);
    await link.admin(satellite, satellite.bridge, "setPause", [0]);
    await satellite.chain.send(stranger, satellite.bridge, "release", [HOME, outcome.number, outcome.transfer]);
    assert.equal(await wallet(user), FUNDS);
  });
});

test("RJ-01 schedules of faults over the real gateways: everybody has what the market says", async () => {
  const tally = await runJobs(remote, 10, 6, 60);
  for (const [met, count] of Object.entries(tally)) assert.ok(count > 0, `${met}: ${count}`);
});
