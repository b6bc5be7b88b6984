import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import {
  type Address,
  concatHex,
  encodeAbiParameters,
  type Hex,
  keccak256,
  stringToHex,
  toFunctionSelector,
  zeroAddress,
} from "viem";
import { ASY_UNIT } from "../support/actor.ts";
import type { Target } from "../support/world.ts";
import {
  createLink,
  type End,
  forgedPayload,
  HOME,
  interoperable,
  LIMIT,
  type Link,
  SATELLITE,
  WINDOW,
} from "./support/link.ts";
import { runOnContracts } from "./support/mirror.ts";

const OUT = { none: 0, sent: 1, accepted: 2, refused: 3, returned: 4 };
const IN = { none: 0, queued: 1, accepted: 2, refused: 3 };
const AMOUNT = 100n * ASY_UNIT;

let link: Link;
let home: End;
let satellite: End;
let user: Address;
let stranger: Address;
let receiver: Target;
let reset: () => Promise<void>;

before(async () => {
  link = await createLink();
  ({ home, satellite } = link);
  [, user, stranger] = home.chain.accounts as [Address, Address, Address];
  await link.admin(home, home.token, "transfer", [user, 100_000n * ASY_UNIT]);
  await home.chain.send(user, home.token, "approve", [home.bridge.address, 100_000n * ASY_UNIT]);
  receiver = await satellite.chain.create("mocks/BridgeReceiver.sol");
  await link.transfer(home, user, { amount: AMOUNT });
  await link.settle();
  link.pass(WINDOW);
  reset = await link.snapshot();
});
beforeEach(() => reset());
after(() => link.close());

const supply = () => home.chain.read<bigint>(home.bridge, "supplyOf", [SATELLITE]);
const minted = () => satellite.chain.read<bigint>(satellite.token, "totalSupply");

/** XCH-20 while nothing is on its way. */
async function assertSettledSupply() {
  assert.equal(await supply(), await minted());
  assert.equal(await link.balance(home, home.bridge.address), await supply());
}

/** Sends receipts of these transfers back and delivers them. */
async function acknowledge(end: End, ...numbers: bigint[]) {
  await link.act(end, stranger, end.bridge, "acknowledge", [link.other(end).chainId, numbers]);
  await link.settle();
}

const bringBack = (end: End, number: bigint, transfer: unknown) =>
  end.chain.send(stranger, end.bridge, "refund", [link.other(end).chainId, number, transfer]);

describe("transfers between two chains over the real gateways", () => {
  test("XCH-10 there and back, once, however often a message comes", async () => {
    const { number, transfer } = await link.transfer(home, user, { amount: AMOUNT });
    const [first] = link.inFlight;
    await link.settle();
    assert.equal(await link.balance(satellite, user), 2n * AMOUNT);
    await assert.rejects(link.deliver(first!), /NotApprovedByGateway/, "the gateway lets a message through once");
    await link.act(home, stranger, home.bridge, "resend", [SATELLITE, number, transfer]);
    await link.settle();
    assert.equal(await link.balance(satellite, user), 2n * AMOUNT, "sent again, it changes nothing");
    await acknowledge(satellite, number);
    assert.equal(await link.outgoing(home, number), OUT.accepted);
    await home.chain.refused(stranger, home.bridge, ["resend", [SATELLITE, number, transfer]], "Bridge_NotSent");
    await assert.rejects(bringBack(home, number, transfer), /Bridge_NotRefused/);
    await link.transfer(satellite, user, { amount: 2n * AMOUNT });
    await link.settle();
    assert.equal(await minted(), 0n);
    await assertSettledSupply();
  });

  test("XCH-13 recalled before it arrives: paid back once, the late message changes nothing", async () => {
    const had = await link.balance(home, user);
    const { number, transfer } = await link.transfer(home, user, { amount: AMOUNT });
    const late = link.inFlight.shift()!;
    await home.chain.refused(stranger, home.bridge, ["recall", [SATELLITE, number, transfer]], "Bridge_TooEarly");
    await link.act(home, user, home.bridge, "recall", [SATELLITE, number, transfer]);
    await link.settle();
    assert.equal(await link.incoming(satellite, number), IN.refused);
    await link.deliver(late);
    assert.equal(await link.balance(satellite, user), AMOUNT, "nothing came");
    await acknowledge(satellite, number);
    await assert.rejects(bringBack(home, number, { ...transfer, amount: 2n * AMOUNT }), /Bridge_WrongTransfer/);
    await bringBack(home, number, transfer);
    await assert.rejects(bringBack(home, number, transfer), /Bridge_NotRefused/);
    assert.equal(await link.balance(home, user), had);
    await assertSettledSupply();
  });

  test("XCH-13 recalled after it arrived: it stays paid, and is not paid back", async () => {
    const { number, transfer } = await link.transfer(home, user, { amount: AMOUNT });
    await link.settle();
    await link.act(home, user, home.bridge, "recall", [SATELLITE, number, transfer]);
    await link.settle();
    await acknowledge(satellite, number);
    assert.equal(await link.outgoing(home, number), OUT.accepted);
    await assert.rejects(bringBack(home, number, transfer), /Bridge_NotRefused/);
    await assertSettledSupply();
  });

  test("XCH-12 the sender's clock alone pays nothing back; after the deadline anyone may ask", async () => {
    const { number, transfer } = await link.transfer(home, user, { amount: AMOUNT });
    const late = link.inFlight.shift()!;
    link.pass(100 * 86_400);
    await assert.rejects(bringBack(home, number, transfer), /Bridge_NotRefused/);
    await link.deliver(late);
    assert.equal(await link.incoming(satellite, number), IN.refused, "too late");
    await link.act(home, stranger, home.bridge, "recall", [SATELLITE, number, transfer]);
    await link.settle();
    await acknowledge(satellite, number);
    await bringBack(home, number, transfer);
    await assertSettledSupply();
  });

  test("XCH-11, XCH-15 over the limit it waits, and is paid out by anyone once there is room", async () => {
    const { number: first } = await link.transfer(home, user, { amount: LIMIT });
    const { number, transfer } = await link.transfer(home, user, { amount: LIMIT / 2n });
    await link.settle();
    assert.equal(await link.incoming(satellite, first), IN.accepted);
    assert.equal(await link.incoming(satellite, number), IN.queued);
    const release = ["release", [HOME, number, transfer]] as const;
    await satellite.chain.refused(stranger, satellite.bridge, release, "Bridge_LimitReached");
    await satellite.chain.refused(stranger, satellite.bridge, ["acknowledge", [HOME, [number]]], "Bridge_Undecided");
    link.pass(1_801);
    await satellite.chain.send(stranger, satellite.bridge, ...release);
    assert.equal(await link.balance(satellite, user), AMOUNT + LIMIT + LIMIT / 2n);
    await satellite.chain.refused(stranger, satellite.bridge, release, "Bridge_NotQueued");
    await assertSettledSupply();
  });

  test("XCH-15 what still waits at its deadline, or is recalled, goes back", async () => {
    const sent = [];
    for (let index = 0; index < 3; index++) sent.push(await link.transfer(home, user, { amount: LIMIT }));
    await link.settle();
    const [, waits, recalled] = sent;
    await link.act(home, user, home.bridge, "recall", [SATELLITE, recalled!.number, recalled!.transfer]);
    await link.settle();
    assert.equal(await link.incoming(satellite, recalled!.number), IN.refused);
    link.pass(3_601);
    await satellite.chain.send(stranger, satellite.bridge, "release", [HOME, waits!.number, waits!.transfer]);
    await acknowledge(satellite, waits!.number, recalled!.number);
    for (const { number, transfer } of [waits!, recalled!]) await bringBack(home, number, transfer);
    await assertSettledSupply();
  });

  test("a receiver that refuses, runs out of its gas or answers nonsense: its tokens go back", async () => {
    for (const first of ["0x01", "0x02", "0x03"] as Hex[]) {
      const { number, transfer } = await link.transfer(home, user, {
        to: receiver.address,
        callGas: 200_000,
        data: concatHex([first, "0xab"]),
      });
      const { events } = await link.deliver(link.inFlight.shift()!);
      const refused = events.find(({ name }) => name === "TransferRefused");
      if (first === "0x03") assert.equal(refused?.args.reason, toFunctionSelector("Bridge_NotReceived(address)"));
      assert.equal(await link.incoming(satellite, number), IN.refused);
      await acknowledge(satellite, number);
      await bringBack(home, number, transfer);
    }
    await link.transfer(home, user, { to: receiver.address, callGas: 200_000, data: "0x00ab" });
    await link.settle();
    assert.equal(await satellite.chain.read(receiver, "last"), "0x00ab");
    await assertSettledSupply();
  });

  test("XCH-14 a relayer that brings too little gas changes nothing and may try again", async () => {
    const { number } = await link.transfer(home, user, { to: receiver.address, callGas: 900_000, data: "0x00" });
    const [message] = link.inFlight;
    await assert.rejects(link.deliver(message!, 700_000n), /Bridge_GasTooLow/);
    assert.equal(await link.incoming(satellite, number), IN.none);
    await link.settle();
    assert.equal(await link.incoming(satellite, number), IN.accepted);
  });

  test("OpenZeppelin's crosschainTransfer is the same transfer", async () => {
    await link.act(home, user, home.bridge, "crosschainTransfer", [interoperable(SATELLITE, stranger), AMOUNT]);
    await link.settle();
    assert.equal(await link.balance(satellite, stranger), AMOUNT);
    await assertSettledSupply();
  });

  test("a relay fee goes to Axelar's gas service; value without a fee is refused", async () => {
    const deadline = satellite.chain.now + 3_600;
    const args = [SATELLITE, user, AMOUNT, deadline, 0, "0x"];
    await link.act(home, user, home.bridge, "send", args, 5n);
    const service = await home.chain.read<Address>(home.adapter, "GAS_SERVICE");
    const held = await home.chain.provider.request({ method: "eth_getBalance", params: [service, "latest"] });
    assert.equal(BigInt(held as Hex), 5n);
    const to = interoperable(SATELLITE, user);
    await assert.rejects(
      home.chain.send(user, home.adapter, "sendMessage", [to, "0x", []], 1n),
      /Adapter_ValueWithoutFee/,
    );
    await home.chain.refused(user, home.adapter, ["sendMessage", [to, "0x", ["0x12345678"]]], "UnsupportedAttribute");
    await link.act(home, user, home.adapter, "sendMessage", [interoperable(SATELLITE, receiver.address), "0x", []]);
    const unheard = link.inFlight.pop()!;
    await assert.rejects(link.deliver(unheard), /Adapter_NotReceived/);
  });
});

describe("gateways that change, pauses", () => {
  test("a gateway replaced in flight: what it carried is refused, sent again it arrives once", async () => {
    const { number, transfer } = await link.transfer(home, user, { amount: AMOUNT });
    const stuck = link.inFlight.shift()!;
    const spare = await satellite.chain.create("mocks/BridgeReceiver.sol");
    const there = interoperable(HOME, home.bridge.address);
    await assert.rejects(link.admin(satellite, satellite.bridge, "setLink", [spare.address, there]));
    await link.admin(satellite, satellite.adapter, "connect", [HOME, "home", stranger]);
    await assert.rejects(link.deliver(stuck), /Adapter_UnknownSource/);
    await link.admin(satellite, satellite.adapter, "connect", [HOME, "home", home.adapter.address]);
    await link.act(home, stranger, home.bridge, "resend", [SATELLITE, number, transfer]);
    await link.settle();
    await link.deliver(stuck);
    assert.equal(await link.balance(satellite, user), 2n * AMOUNT);
    await assertSettledSupply();
  });

  test("a paused Axelar gateway: nothing is taken that cannot be sent", async () => {
    const had = await link.balance(home, user);
    await link.admin(home, home.gateway, "setPauseStatus", [true]);
    await assert.rejects(link.transfer(home, user), /Pause/);
    assert.equal(await link.balance(home, user), had);
  });

  test("XCH-16 a paused satellite makes what arrives wait; refunds and recalls go on", async () => {
    await link.admin(satellite, satellite.bridge, "setPause", [2]);
    const { number, transfer } = await link.transfer(home, user, { amount: AMOUNT });
    await link.settle();
    const release = ["release", [HOME, number, transfer]] as const;
    await satellite.chain.refused(stranger, satellite.bridge, release, "Bridge_Paused");
    await link.act(home, user, home.bridge, "recall", [SATELLITE, number, transfer]);
    await link.settle();
    await acknowledge(satellite, number);
    await bringBack(home, number, transfer);
    await link.admin(home, home.bridge, "setPause", [1]);
    await assert.rejects(link.transfer(home, user), /Bridge_Paused/);
    await assert.rejects(link.admin(home, home.bridge, "setPause", [4]), /Bridge_UnknownPauseBits/);
  });
});

describe("forgers and bad input", () => {
  const body = () =>
    encodeAbiParameters(
      [
        { type: "uint64" },
        {
          type: "tuple",
          components: [
            { type: "address" },
            { type: "address" },
            { type: "uint128" },
            { type: "uint40" },
            { type: "uint32" },
            { type: "bytes" },
          ],
        },
      ],
      [9n, [stranger, stranger, 101n * ASY_UNIT, home.chain.now + 9_999, 0, "0x"]],
    );

  /** A message to the home chain that Axelar's signers have let through. */
  async function forge(
    payload: Hex,
    sender: Hex,
    sourceAddress: string = satellite.adapter.address,
    chain = "satellite",
  ) {
    const envelope = encodeAbiParameters(
      [{ type: "bytes" }, { type: "address" }, { type: "bytes" }],
      [sender, home.bridge.address, payload],
    );
    const id = `forged-${home.chain.now}`;
    return link.deliver({
      to: home,
      message: {
        sourceChain: chain,
        messageId: id,
        sourceAddress,
        contractAddress: home.adapter.address,
        payloadHash: keccak256(envelope),
        payload: envelope,
        commandId: keccak256(stringToHex(`${chain}_${id}`)),
      },
    });
  }

  test("XCH-02, XCH-20 a forged source, a wrong chain, an unknown version or kind", async () => {
    const counterpart = interoperable(SATELLITE, satellite.bridge.address);
    const good = forgedPayload(1, 1, body());
    const cases: [RegExp, () => Promise<unknown>][] = [
      [/Adapter_UnknownSource/, () => forge(good, counterpart, stranger)],
      [/Adapter_UnknownSource/, () => forge(good, counterpart, "not an address")],
      [/Adapter_UnknownSource/, () => forge(good, counterpart, satellite.adapter.address, "elsewhere")],
      [/Adapter_WrongChain/, () => forge(good, interoperable(99, satellite.bridge.address))],
      [/ERC7786RecipientUnauthorizedGateway/, () => forge(good, interoperable(SATELLITE, stranger))],
      [/Bridge_UnknownVersion/, () => forge(forgedPayload(2, 1, body()), counterpart)],
      [/Bridge_UnknownKind/, () => forge(forgedPayload(1, 9, body()), counterpart)],
      [/Bridge_SupplyExceeded/, () => forge(good, counterpart)],
    ];
    for (const [error, attempt] of cases) {
      home.chain.pass(1);
      await assert.rejects(attempt(), error);
    }
    await assertSettledSupply();
    await home.chain.refused(
      stranger,
      home.bridge,
      ["receiveMessage", [keccak256("0x"), counterpart, good]],
      "ERC7786RecipientUnauthorizedGateway",
    );
  });

  test("bad arguments are refused by name", async () => {
    const deadline = home.chain.now + 3_600;
    const cases: [readonly unknown[], string][] = [
      [[77, user, 1n, deadline, 0, "0x"], "Bridge_NoLink"],
      [[SATELLITE, zeroAddress, 1n, deadline, 0, "0x"], "Bridge_ZeroAddress"],
      [[SATELLITE, user, 1n << 128n, deadline, 0, "0x"], "Bridge_AmountTooLarge"],
      [[SATELLITE, user, 0n, deadline, 0, "0x"], "Bridge_NothingToSend"],
      [[SATELLITE, user, 1n, home.chain.now, 0, "0x"], "Bridge_DeadlineOutOfRange"],
      [[SATELLITE, user, 1n, home.chain.now + 61 * 86_400, 0, "0x"], "Bridge_DeadlineOutOfRange"],
      [[SATELLITE, user, 1n, deadline, 1, "0x"], "Bridge_CallGasOutOfRange"],
      [[SATELLITE, user, 1n, deadline, 0, "0x00"], "Bridge_CallGasOutOfRange"],
      [[SATELLITE, user, 1n, deadline, 9, `0x${"00".repeat(4_097)}`], "Bridge_DataTooLarge"],
    ];
    for (const [args, error] of cases) await home.chain.refused(user, home.bridge, ["send", args], error);
    const many = Array.from({ length: 65 }, () => 1n);
    await home.chain.refused(user, home.bridge, ["acknowledge", [SATELLITE, many]], "Bridge_BatchTooLarge");
    const { bridge } = home;
    await home.chain.refused(user, bridge, ["deliver", [SATELLITE, 1n, await anyTransfer()]], "Bridge_OnlySelf");
    await home.chain.refused(user, home.adapter, ["remoteOf", [5]], "Adapter_UnknownChain");
  });

  const anyTransfer = async () => ({ from: user, to: user, amount: 1n, deadline: 1, callGas: 0, data: "0x" });

  test("only the authority administers; only the bridge mints and burns", async () => {
    for (const end of [home, satellite]) {
      const other = link.other(end);
      const calls: [Target, string, readonly unknown[]][] = [
        [end.bridge, "setLink", [end.adapter.address, interoperable(other.chainId, stranger)]],
        [end.bridge, "setLimit", [other.chainId, 1n, 1]],
        [end.bridge, "setPause", [1]],
        [end.bridge, "upgradeToAndCall", [end.bridge.address, "0x"]],
        [end.adapter, "connect", [1, "x", stranger]],
        [end.adapter, "upgradeToAndCall", [end.bridge.address, "0x"]],
      ];
      for (const [to, name, args] of calls) {
        await end.chain.refused(stranger, to, [name, args], "AccessManagedUnauthorized");
      }
    }
    for (const name of ["crosschainMint", "crosschainBurn"]) {
      const call = [name, [user, 1n]] as const;
      for (const who of [stranger, satellite.chain.deployer]) {
        await satellite.chain.refused(who, satellite.token, call, "SatelliteToken_NotBridge");
      }
    }
    const here = interoperable(SATELLITE, stranger);
    await assert.rejects(
      link.admin(satellite, satellite.bridge, "setLink", [satellite.adapter.address, here]),
      /Bridge_WrongHome/,
    );
    const zero = interoperable(SATELLITE, zeroAddress);
    await assert.rejects(link.admin(home, home.bridge, "setLink", [home.adapter.address, zero]), /Bridge_ZeroAddress/);
    await assert.rejects(link.admin(home, home.adapter, "connect", [5, "x", zeroAddress]), /Adapter_ZeroAddress/);
    await assert.rejects(link.admin(home, home.adapter, "connect", [5, "satellite", stranger]), /Adapter_NameTaken/);
    const tokenless = satellite.chain.create("crosschain/SatelliteToken.sol", [zeroAddress]);
    await assert.rejects(tokenless, /SatelliteToken_ZeroAddress/);
  });
});

test("XCH-01 schedules of faults over the real gateways do what the model says", async () => {
  const tally = await runOnContracts(1, 8, 60);
  for (const [fault, count] of Object.entries(tally)) assert.ok(count > 0, `${fault}: ${count}`);
});
