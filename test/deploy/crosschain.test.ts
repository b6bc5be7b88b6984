import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  type Address,
  concatHex,
  encodeFunctionData,
  encodePacked,
  type Hex,
  keccak256,
  numberToHex,
  pad,
  parseAbi,
  stringToHex,
} from "viem";
import { type ContractName, readArtifact } from "../../scripts/deploy/artifacts.ts";
import { endSteps, homeLayout, interoperable, type Pair, satelliteLayout } from "../../scripts/deploy/crosschain.ts";
import { runSteps } from "../../scripts/deploy/deploy.ts";
import { governanceLayout } from "../../scripts/deploy/governance.ts";
import { handover } from "../../scripts/deploy/handover.ts";
import { layoutOf } from "../../scripts/deploy/layout.ts";
import { relayGas, transferGas } from "../../sdk/src/crosschain/fees.ts";
import { createGateway, type End, HOME, Link, SATELLITE } from "../crosschain/support/link.ts";
import { Actor, ASY_UNIT } from "../support/actor.ts";
import { decide, type Governed, governedConfig } from "../support/governed.ts";
import { createTestChain, createWorld, type Target, type TestChain, type World } from "../support/world.ts";

const LIMIT = { capacity: 1_000n * ASY_UNIT, window: 3_600 };
const RELAY_FEE = parseAbi(["function relayFee(address refundTo)"]);
let governed: Governed;
let link: Link;
let executor: Target;
let resent: number;

const target = (chain: TestChain, name: ContractName, address: Address) =>
  chain.watch({ address, abi: readArtifact(name).abi });

async function gateways(chain: TestChain, name: string) {
  const domain = keccak256(stringToHex(name));
  return { domain, ...(await createGateway(chain, domain)) };
}

before(async () => {
  const world = await createWorld();
  const satellite = await createTestChain(SATELLITE);
  const council = await world.create("mocks/Council.sol");
  const config = governedConfig(council.address, council.address);
  const base = layoutOf(world.deployer, config);
  const ends = [await gateways(world, "home"), await gateways(satellite, "satellite")] as const;
  const axelar = (chainId: number, name: string, { gateway, gasService }: (typeof ends)[0]) => ({
    chainId,
    name,
    gateway: gateway.address,
    gasService: gasService.address,
  });
  const pair: Pair = {
    home: axelar(HOME, "home", ends[0]),
    satellite: axelar(SATELLITE, "satellite", ends[1]),
    limit: LIMIT,
    controller: governanceLayout(base, config).proxies.ProtocolTimelock.address,
    guardian: council.address,
    token: { name: "Assay", symbol: "ASY" },
  };
  const layouts = [homeLayout(base, pair), satelliteLayout(satellite.deployer, pair)] as const;
  resent = 0;
  const connected = [await world.clients(), await satellite.clients()] as const;
  for (const [index, clients] of connected.entries()) {
    await runSteps(clients, endSteps(clients.publicClient, layouts[index]!));
    resent += (await runSteps(clients, endSteps(clients.publicClient, layouts[index]!))).length;
  }
  const { deployment } = await handover({ ...connected[0], config, path: null });
  // a deployment's blocks follow the wall clock
  const times = await Promise.all(connected.map(async ({ publicClient }) => (await publicClient.getBlock()).timestamp));
  satellite.now = world.now = Number(times[0]! > times[1]! ? times[0] : times[1]) + 1;
  const end = (chain: TestChain, index: 0 | 1): End => {
    const at = (name: ContractName) =>
      target(chain, name, layouts[index].managed.find((item) => item.name === name)!.proxy.address);
    return {
      chain,
      chainId: index === 0 ? HOME : SATELLITE,
      name: index === 0 ? "home" : "satellite",
      domain: ends[index].domain,
      gateway: ends[index].gateway,
      adapter: at("AxelarGatewayAdapter"),
      bridge: at(index === 0 ? "HomeBridge" : "SatelliteBridge"),
      token: index === 0 ? world.asy : at("SatelliteToken"),
      authority: index === 0 ? world.authority : at("ProtocolAuthority"),
    };
  };
  link = new Link(end(world, 0), end(satellite, 1));
  executor = target(satellite, "SatelliteExecutor", layouts[1].plain[0]!.creation.address);
  governed = await people(world, deployment);
});
after(() => link.close());

async function people(world: World, deployment: Governed["deployment"]): Promise<Governed> {
  const at = (name: ContractName) => target(world, name, deployment.contracts[name]!.address);
  const whale = await new Actor(world, 1).funded(10_000_000n * ASY_UNIT);
  await whale.send(world.asy, "delegate", [whale.address]);
  world.pass(10);
  const anyone = new Actor(world, 4);
  return { world, deployment, whale, anyone, governor: at("AssayGovernor") } as Governed;
}

/** ERC-7579: one call, reverting with it. */
function instruction(to: Target, functionName: string, args: readonly unknown[]): Hex {
  const data = encodeFunctionData({ abi: to.abi, functionName, args: args as unknown[] });
  return concatHex([pad("0x", { size: 32 }), encodePacked(["address", "uint256", "bytes"], [to.address, 0n, data])]);
}

const limitThere = async () =>
  (await link.satellite.chain.read<readonly [bigint, bigint]>(link.satellite.bridge, "limitOf", [HOME]))[1];

test("both ends are deployed by the same steps, which a second run finds done", async () => {
  assert.equal(resent, 0);
  assert.equal(await limitThere(), LIMIT.capacity);
  const { satellite, home } = link;
  const [user] = [governed.whale.address];
  await governed.whale.send(home.token, "approve", [home.bridge.address, ASY_UNIT]);
  await link.transfer(home, user, { amount: ASY_UNIT });
  await link.settle();
  assert.equal(await link.balance(satellite, user), ASY_UNIT);
});

test("XCH-30 a proposal at home changes a parameter of the satellite, through the gateways", async () => {
  const { satellite, home } = link;
  const setLimit = { to: satellite.bridge, args: [HOME, 5n * ASY_UNIT, 60] };
  const inner = encodeFunctionData({ abi: satellite.bridge.abi, functionName: "setLimit", args: setLimit.args });
  const payload = instruction(satellite.authority, "execute", [satellite.bridge.address, inner]);
  const to = interoperable(SATELLITE, executor.address);
  const receipt = await decide(governed, [{ to: home.adapter, functionName: "sendMessage", args: [to, payload, []] }]);
  satellite.chain.now = home.chain.now;
  link.see(home, receipt);
  assert.equal(await limitThere(), LIMIT.capacity);
  await link.settle();
  assert.equal(await limitThere(), 5n * ASY_UNIT);
});

test("XCH-30 an action that reverts on the satellite stays approved, is executed once when its cause is gone, and never again", async () => {
  const { satellite, home } = link;
  const { whale, anyone, world } = governed;
  const { chain, gateway, token } = satellite;
  const amount = ASY_UNIT / 2n;
  const payment = instruction(token, "transfer", [anyone.address, amount]);
  const to = interoperable(SATELLITE, executor.address);
  // its relay is paid by the timelock, as a bridge's user pays
  const fee = transferGas(0) * 10n ** 9n;
  const timelock = governed.deployment.contracts.ProtocolTimelock!.address;
  await world.sendRaw({ from: whale.address, to: timelock, data: "0x", value: numberToHex(fee) });
  const attributes = [encodeFunctionData({ abi: RELAY_FEE, args: [timelock] })];
  const call = { to: home.adapter, functionName: "sendMessage", args: [to, payment, attributes], value: fee };
  const receipt = await decide(governed, [call], "from an empty purse");
  chain.now = home.chain.now;
  const paid = receipt.events.find(({ name }) => name === "NativeGasPaidForContractCall");
  assert.equal(paid?.args.gasFeeAmount, fee);
  link.see(home, receipt);
  const sent = link.inFlight.shift()!;
  const { sourceChain, messageId, sourceAddress, contractAddress, payloadHash, payload } = sent.message;
  assert.equal(relayGas(payload), transferGas(0), "a call of governance is reckoned as a transfer that calls nobody");
  const approved = () =>
    chain.read<boolean>(gateway, "isMessageApproved", [
      ...[sourceChain, messageId, sourceAddress, contractAddress, payloadHash],
    ]);
  for (let tries = 0; tries < 2; tries++) {
    await assert.rejects(link.deliver(sent), { errorName: "ERC20InsufficientBalance" });
    assert.equal(await approved(), true);
  }
  await chain.send(whale.address, token, "transfer", [executor.address, amount]);
  await link.deliver(sent);
  assert.equal(await link.balance(satellite, anyone.address), amount);
  assert.equal(await approved(), false);
  await chain.send(whale.address, token, "transfer", [executor.address, amount]);
  await assert.rejects(link.deliver(sent), { errorName: "NotApprovedByGateway" });
  assert.equal(await link.balance(satellite, anyone.address), amount, "once");
});

test("XCH-30 nobody else leads the executor, and the deployer has no power there", async () => {
  const { satellite, home } = link;
  const call = ["setLimit", [HOME, 1n, 60]] as const;
  await satellite.chain.refused(satellite.chain.deployer, satellite.bridge, call, "AccessManagedUnauthorized");
  const payload = instruction(satellite.bridge, ...call);
  const stranger = home.chain.accounts[5]!;
  const to = interoperable(SATELLITE, executor.address);
  await link.act(home, stranger, home.adapter, "sendMessage", [to, payload, []]);
  await assert.rejects(link.deliver(link.inFlight.shift()!), /ERC7786RecipientUnauthorizedGateway/);
  const reconfigure = ["reconfigure", [satellite.adapter.address, "0x"]] as const;
  await satellite.chain.refused(stranger, executor, reconfigure, "AccessRestricted");
});
