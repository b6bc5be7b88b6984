// Every function that changes state, of every contract of the link, called by somebody who may not: a function without a row
// fails. The protocol's own contracts are in test/contracts/callers.
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { basename } from "node:path";
import { after, before, test } from "node:test";
import { type AbiFunction, type Address, numberToHex } from "viem";
import { type ContractName, REPOSITORY, readArtifact } from "../../scripts/deploy/artifacts.ts";
import { zeros } from "../contracts/callers/zeros.ts";
import { Refusal, type Target, type TestChain } from "../support/world.ts";
import { interoperable, SATELLITE } from "./support/link.ts";
import { createRemote, type Remote } from "./support/remote.ts";

type Row = { error: string; args?: (stranger: Address) => readonly unknown[] } | { open: string };

const VICTIM = numberToHex(1, { size: 20 });

const managed: Row = { error: "AccessManagedUnauthorized" };
const own = (what: string): Row => ({ open: `moves nothing but the sender's own ${what}` });
const due = (what: string): Row => ({ open: `${what}: anyone may, and it goes to whom it belongs` });
const MANAGED: Record<string, Row> = {
  initialize: { error: "InvalidInitialization" },
  setAuthority: managed,
  upgradeToAndCall: managed,
};
const BRIDGE: Record<string, Row> = {
  ...MANAGED,
  acknowledge: { open: "tells the other chain what is written here, whoever pays for the message" },
  crosschainTransfer: own("tokens"),
  send: own("tokens"),
  deliver: { error: "Bridge_OnlySelf" },
  receiveMessage: {
    error: "ERC7786RecipientUnauthorizedGateway",
    args: (stranger) => [numberToHex(1, { size: 32 }), interoperable(SATELLITE, stranger), "0x"],
  },
  recall: due("a transfer whose time is up"),
  refund: due("what was refused there"),
  release: due("what waits for its limit"),
  resend: due("a message that was lost"),
  setLimit: managed,
  setLink: managed,
  setPause: managed,
};

const ROWS: Record<string, Record<string, Row>> = {
  AxelarGatewayAdapter: {
    ...MANAGED,
    connect: managed,
    execute: { error: "NotApprovedByGateway" },
    sendMessage: { open: "speaks in the sender's own name, which receivers look at" },
  },
  HomeBridge: BRIDGE,
  SatelliteBridge: BRIDGE,
  SatelliteToken: {
    ...MANAGED,
    approve: own("allowance"),
    transfer: own("tokens"),
    transferFrom: { error: "ERC20InsufficientAllowance", args: (stranger) => [VICTIM, stranger, 1n] },
    permit: { error: "ERC2612ExpiredSignature" },
    crosschainMint: { error: "SatelliteToken_NotBridge" },
    crosschainBurn: { error: "SatelliteToken_NotBridge" },
  },
  JobHub: {
    ...MANAGED,
    onBridgeTransfer: { error: "JobHub_NotBridge" },
    setPortal: managed,
    report: due("a result that the market has"),
    settle: due("what a job has left"),
    takeHome: { error: "JobHub_NotHomeAccount" },
    recall: { error: "JobHub_NotHomeAccount" },
  },
  RemoteJobAccount: { execute: { error: "RemoteJobAccount_NotHub" } },
  RemoteJobPortal: {
    ...MANAGED,
    post: own("tokens"),
    cancel: own("job"),
    recall: own("message"),
    refund: due("what the hub has refused"),
    onBridgeTransfer: { error: "Portal_NotBridge" },
  },
  SatelliteExecutor: {
    receiveMessage: { error: "ERC7786RecipientUnauthorizedGateway" },
    reconfigure: { error: "AccessRestricted" },
  },
};

let remote: Remote;
const places = new Map<string, { chain: TestChain; target: Target }>();

before(async () => {
  remote = await createRemote([1]);
  const { home, satellite } = remote.link;
  const account = await home.chain.create("crosschain/RemoteJobAccount.sol", [remote.hub.address]);
  const controller = interoperable(home.chainId, home.chain.deployer);
  const executor = await satellite.chain.create("crosschain/SatelliteExecutor.sol", [
    satellite.adapter.address,
    controller,
  ]);
  const at = (name: string, chain: TestChain, target: Target) => places.set(name, { chain, target });
  at("AxelarGatewayAdapter", home.chain, home.adapter);
  at("HomeBridge", home.chain, home.bridge);
  at("SatelliteBridge", satellite.chain, satellite.bridge);
  at("SatelliteToken", satellite.chain, satellite.token);
  at("JobHub", home.chain, remote.hub);
  at("RemoteJobAccount", home.chain, account);
  at("RemoteJobPortal", satellite.chain, remote.portal);
  at("SatelliteExecutor", satellite.chain, executor);
});
after(() => remote.link.close());

function changing(name: string): AbiFunction[] {
  return readArtifact(name as ContractName)
    .abi.filter((entry): entry is AbiFunction => entry.type === "function")
    .filter(({ stateMutability }) => stateMutability !== "view" && stateMutability !== "pure");
}

test("the table names every contract of the link", () => {
  const sources = globSync("contracts/crosschain/*.sol", { cwd: REPOSITORY }).map((path) => basename(path, ".sol"));
  // interfaces, a library and what both bridges share have no address
  const deployed = sources.filter(
    (name) => !/^I[A-Z]/.test(name) && !["LinkedBridge", "RemoteJobMessages"].includes(name),
  );
  assert.deepEqual(Object.keys(ROWS).sort(), deployed.sort());
});

for (const [contract, rows] of Object.entries(ROWS)) {
  test(`${contract}: a row for every function, and a stranger may not`, async () => {
    assert.deepEqual(
      Object.keys(rows).sort(),
      changing(contract)
        .map(({ name }) => name)
        .sort(),
    );
    const { chain, target } = places.get(contract)!;
    const stranger = chain.accounts[7] as Address;
    for (const { name, inputs } of changing(contract)) {
      const row = rows[name]!;
      if ("open" in row) assert.ok(row.open.length > 20, `${name}: a reason`);
      else
        assert.equal(
          await refusal(chain, stranger, target, name, row.args?.(stranger) ?? zeros(inputs as never)),
          row.error,
          `${contract}.${name}`,
        );
    }
  });
}

test("a stranger can neither take back at once nor take home what a user has sent", async () => {
  const { home, satellite } = remote.link;
  const stranger = home.chain.accounts[7] as Address;
  const sent = await remote.post(home.chain.accounts[1] as Address);
  await satellite.chain.refused(
    stranger,
    satellite.bridge,
    ["recall", [home.chainId, sent.number, sent.transfer]],
    "Bridge_TooEarly",
  );
  await remote.link.settle();
  assert.equal(sent.ticket.chainId, SATELLITE);
  await home.chain.refused(stranger, remote.hub, ["takeHome", [sent.ticket]], "JobHub_NotHomeAccount");
});

async function refusal(chain: TestChain, from: Address, to: Target, name: string, args: readonly unknown[]) {
  try {
    await chain.send(from, to, name, args);
    return "nothing: it went through";
  } catch (error) {
    if (error instanceof Refusal) return error.errorName;
    throw error;
  }
}
