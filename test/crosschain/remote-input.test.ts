import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Address, encodeAbiParameters, type Hex, keccak256, parseAbiParameters, zeroAddress } from "viem";
import { type End, HOME, type Link, SATELLITE } from "./support/link.ts";
import type { Remote } from "./support/remote.ts";
import { createRemoteScene, FUNDS, IN, OUT, type RemoteScene, STATUS } from "./support/remote-scene.ts";
import { errorSelector } from "./support/selectors.ts";

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

describe("bad input", () => {
  test("a job that cannot be posted is refused whole, and paid back", async () => {
    const cases = [
      [{ lane: 3 }, "JobHub_WrongLane"],
      [{ token: zeroAddress }, "JobHub_WrongToken"],
      [{ requester: stranger }, "Market_NotRequester"],
      [{ runTime: 1 }, "Market_TimeOutOfRange"],
      [{ generation: 0 }, "Market_LaneBusy"],
    ] as const;
    const abi = [...remote.hub.abi, ...remote.world.market.abi];
    for (const [overrides, error] of cases) {
      const sent = await remote.post(user, overrides);
      const { events } = await link.deliver(link.inFlight.shift()!);
      const refusal = events.find(({ name }) => name === "TransferRefused");
      assert.equal(refusal?.args.reason, errorSelector(abi, error), error);
      await acknowledge(home, sent.number);
      await remote.refund(sent, stranger);
    }
    assert.equal(await wallet(user), FUNDS);
    await remote.assertConserved();
  });

  test("insufficient relay gas: nothing changes, the job can be delivered again", async () => {
    const sent = await remote.post(user);
    const [message] = link.inFlight;
    await assert.rejects(link.deliver(message!, 900_000n), /Bridge_GasTooLow/);
    assert.equal(await link.incoming(home, sent.number), IN.none);
    await link.settle();
    assert.equal(await link.incoming(home, sent.number), IN.accepted);
  });

  const envelope = (version: number, kind: number, body: Hex = "0x") =>
    encodeAbiParameters(parseAbiParameters("uint256, uint256, bytes"), [BigInt(version), BigInt(kind), body]);

  /** A transfer with data to portal or hub, straight through the bridge; @returns its refusal's reason */
  async function refusalOf(end: End, from: Address, to: Address, data: Hex): Promise<unknown> {
    const there = link.other(end);
    const args = [there.chainId, to, 0n, there.chain.now + 3_600, 900_000, data];
    await link.act(end, from, end.bridge, "send", args);
    const { events } = await link.deliver(link.inFlight.shift()!);
    return events.find(({ name }) => name === "TransferRefused")?.args.reason;
  }

  test("forged source, wrong chain, unknown version or kind of a job's messages", async () => {
    const { hub, portal } = remote;
    const notPortal = await refusalOf(satellite, user, hub.address, envelope(1, 1));
    assert.equal(notPortal, errorSelector(hub.abi, "JobHub_NotPortal"));
    const notHub = await refusalOf(home, stranger, portal.address, envelope(1, 4));
    assert.equal(notHub, errorSelector(portal.abi, "Portal_NotHub"));
    await home.chain.refused(stranger, hub, ["onBridgeTransfer", [1, user, 1n, 0n, "0x"]], "JobHub_NotBridge");
    await satellite.chain.refused(stranger, portal, ["onBridgeTransfer", [1, user, 1n, 0n, "0x"]], "Portal_NotBridge");
    for (const [end, speaker, target, versionError, kindError] of [
      [satellite, portal.address, hub, "JobHub_UnknownVersion", "JobHub_UnknownKind"],
      [home, hub.address, portal, "Portal_UnknownVersion", "Portal_UnknownKind"],
    ] as const) {
      await end.chain.impersonate(speaker);
      const version = await refusalOf(end, speaker, target.address, envelope(2, 1));
      assert.equal(version, errorSelector(target.abi, versionError));
      const kind = await refusalOf(end, speaker, target.address, envelope(1, 9));
      assert.equal(kind, errorSelector(target.abi, kindError));
    }
    const outcome = encodeAbiParameters(parseAbiParameters("address, uint64, uint8"), [user, 7n, 4]);
    const unknown = await refusalOf(home, hub.address, portal.address, envelope(1, 4, outcome));
    assert.equal(unknown, errorSelector(portal.abi, "Portal_WrongStatus"));
  });

  test("RJ-02 the same, said by hub and portal themselves to their bridge", async () => {
    const { hub, portal } = remote;
    const words = async (by: Address, overrides: Parameters<Remote["post"]>[1]) =>
      (await remote.post(by, overrides)).transfer.data;
    const cases = [
      [home, hub, SATELLITE, user, envelope(1, 1), "JobHub_NotPortal"],
      [home, hub, HOME, portal.address, envelope(1, 1), "JobHub_NotPortal"],
      [home, hub, SATELLITE, portal.address, envelope(2, 1), "JobHub_UnknownVersion"],
      [home, hub, SATELLITE, portal.address, envelope(1, 9), "JobHub_UnknownKind"],
      [home, hub, SATELLITE, portal.address, await words(user, { lane: 3 }), "JobHub_WrongLane"],
      [home, hub, SATELLITE, portal.address, await words(other, { token: zeroAddress }), "JobHub_WrongToken"],
      [satellite, portal, HOME, stranger, envelope(1, 4), "Portal_NotHub"],
      [satellite, portal, SATELLITE, hub.address, envelope(1, 4), "Portal_NotHub"],
      [satellite, portal, HOME, hub.address, envelope(2, 4), "Portal_UnknownVersion"],
      [satellite, portal, HOME, hub.address, envelope(1, 9), "Portal_UnknownKind"],
    ] as const;
    for (const [end, target, chainId, from, data, error] of cases) {
      await end.chain.impersonate(end.bridge.address);
      await end.chain.refused(end.bridge.address, target, ["onBridgeTransfer", [chainId, from, 1n, 0n, data]], error);
    }
  });

  test("RJ-02 reports and settlements of jobs that are not there, or not so", async () => {
    const sent = await posted(user);
    const rival = await posted(other);
    await remote.run(sent);
    const right = remote.result(sent, DIGEST);
    const absent = remote.ticket(user, 9n);
    const cases = [
      ["settle", [absent], "JobHub_NoSuchJob"],
      ["report", [absent, right], "JobHub_NoSuchJob"],
      ["report", [rival.ticket, right], "JobHub_WrongTerms"],
      ["report", [sent.ticket, { ...right, finalState: DIGEST }], "JobHub_NotSubmitted"],
      ["report", [sent.ticket, { ...right, nonce: DIGEST }], "JobHub_NotSubmitted"],
    ] as const;
    for (const [name, args, error] of cases) await home.chain.refused(stranger, remote.hub, [name, args], error);
    const execute = ["execute", [home.token.address, "0x"]] as const;
    const { abi } = await home.chain.create("crosschain/RemoteJobAccount.sol", [remote.hub.address]);
    await home.chain.refused(stranger, { address: sent.account, abi }, execute, "RemoteJobAccount_NotHub");
  });

  test("only the authority opens portals, once; nothing is built on a zero address", async () => {
    const { hub, portal } = remote;
    const set = ["setPortal", [99, stranger]] as const;
    await home.chain.refused(stranger, hub, set, "AccessManagedUnauthorized");
    await assert.rejects(link.admin(home, hub, "setPortal", [SATELLITE, stranger]), /JobHub_PortalKnown/);
    await assert.rejects(link.admin(home, hub, "setPortal", [99, zeroAddress]), /JobHub_ZeroAddress/);
    for (const [end, target] of [
      [home, hub],
      [satellite, portal],
    ] as const) {
      const upgrade = ["upgradeToAndCall", [target.address, "0x"]] as const;
      await end.chain.refused(stranger, target, upgrade, "AccessManagedUnauthorized");
    }
    const zeros = [0n, zeroAddress, zeroAddress, zeroAddress];
    await assert.rejects(satellite.chain.create("crosschain/RemoteJobPortal.sol", zeros), /Portal_ZeroAddress/);
    const none = [zeroAddress, zeroAddress, zeroAddress, zeroAddress];
    await assert.rejects(home.chain.create("crosschain/JobHub.sol", none), /JobHub_ZeroAddress/);
    const sent = await remote.post(user);
    assert.equal((await remote.statusOf(sent)).status, STATUS.sent);
    assert.equal(await link.outgoing(satellite, sent.number), OUT.sent);
  });
});
