import {
  type Address,
  encodeFunctionData,
  getAddress,
  type Hex,
  isAddressEqual,
  keccak256,
  slice,
  toFunctionSelector,
} from "viem";
import { readArtifact } from "./artifacts.ts";
import { type DeployConfig, resolveAddress } from "./config.ts";
import {
  type Creation,
  FACTORY,
  FACTORY_CODE_HASH,
  FACTORY_SIGNER,
  FACTORY_SIGNER_COST,
  FACTORY_TRANSACTION,
} from "./create2.ts";
import { DeployError } from "./error.ts";
import { encodeCall, type Layout, MANAGED, type ManagedName } from "./layout.ts";
import { requireCoordinator } from "./randomness.ts";
import type { DeployPublicClient, Step } from "./types.ts";

/** ERC-1967: keccak256("eip1967.proxy.implementation") - 1 */
const IMPLEMENTATION_SLOT = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
const GUARDIAN_ROLE = 1n;

/** The deployment as a list of transactions, each of which knows whether it is still needed. */
export function stepsOf(client: DeployPublicClient, layout: Layout, config: DeployConfig): Step[] {
  const { proxies, implementations } = layout;
  const create = (name: string, creation: Creation): Step => ({
    name: `create ${name}`,
    isDone: async () => hasCode(client, creation.address),
    transaction: { to: FACTORY, data: creation.data },
  });
  return [
    ...factorySteps(client),
    create("ProxySeed", layout.seed),
    ...MANAGED.map((name) => create(`${name} proxy`, proxies[name])),
    create("MarketExtension", layout.extension),
    ...MANAGED.map((name) => create(`${name} implementation`, implementations[name])),
    ...MANAGED.map((name) =>
      installStep(client, {
        name,
        proxy: layout.proxies[name].address,
        wanted: layout.implementations[name].address,
        seed: layout.seed.address,
        initializer: layout.initializers[name],
      }),
    ),
    ...(layout.judge ? [create("OneStepJudge", layout.judge)] : []),
    create("DataDemands", layout.demands),
    ...layout.strategies.map(({ name, creation }) => create(name, creation)),
    create("ProtocolLens", layout.lens),
    create("UpkeepCoordinator", layout.upkeep),
    ...(layout.beacon && config.randomness ? [beaconStep(client, layout.beacon, config.randomness)] : []),
    configureStep(client, layout, config),
    ...layout.strategies.slice(1).map((strategy) => registerStep(client, layout, strategy)),
  ];
}

/** The coordinator is asked first: nobody can give a beacon another. */
function beaconStep(
  client: DeployPublicClient,
  beacon: Creation,
  randomness: NonNullable<DeployConfig["randomness"]>,
): Step {
  return {
    name: "create RandomnessBeacon",
    isDone: async () => {
      if (await hasCode(client, beacon.address)) return true;
      await requireCoordinator(client, randomness);
      return false;
    },
    transaction: { to: FACTORY, data: beacon.data },
  };
}

/** What a proxy stands on now (ERC-1967). */
export async function implementationOf(client: DeployPublicClient, proxy: Address): Promise<Address> {
  const word = await client.getStorageAt({ address: proxy, slot: IMPLEMENTATION_SLOT });
  return getAddress(slice(word ?? `0x${"0".repeat(64)}`, 12));
}

/** The CREATE2 factory, where a chain has none. */
export function factorySteps(client: DeployPublicClient): Step[] {
  const present = async () => {
    const code = await client.getCode({ address: FACTORY });
    if (code && keccak256(code) !== FACTORY_CODE_HASH) {
      throw new DeployError(
        "DEPLOY-020",
        `${FACTORY} holds code that is not the deterministic-deployment proxy`,
        "Deploy on another chain",
      );
    }
    return code !== undefined;
  };
  return [
    {
      name: "fund the signer of the CREATE2 factory",
      isDone: async () =>
        (await present()) || (await client.getBalance({ address: FACTORY_SIGNER })) >= FACTORY_SIGNER_COST,
      transaction: { to: FACTORY_SIGNER, data: "0x", value: FACTORY_SIGNER_COST },
    },
    { name: "create the CREATE2 factory", isDone: present, transaction: { raw: FACTORY_TRANSACTION } },
  ];
}

/** A proxy on the seed that is to stand on its implementation. */
export interface Installation {
  name: string;
  proxy: Address;
  wanted: Address;
  seed: Address;
  initializer: Hex;
}

/** Puts the implementation under the proxy and initialises it, in one transaction. */
export function installStep(
  client: DeployPublicClient,
  { name, proxy, wanted, seed, initializer }: Installation,
): Step {
  return {
    name: `install ${name}`,
    isDone: async () => {
      if (!(await hasCode(client, proxy))) return false;
      const found = await implementationOf(client, proxy);
      if (isAddressEqual(found, wanted)) return true;
      if (isAddressEqual(found, seed)) return false;
      throw new DeployError(
        "DEPLOY-021",
        `${name} at ${proxy} stands on ${found}, this build is ${wanted}`,
        "It was upgraded or built with other settings: check out and build the deployed version, or upgrade it",
      );
    },
    transaction: {
      to: proxy,
      data: encodeFunctionData({
        abi: readArtifact("ProxySeed").abi,
        functionName: "upgradeToAndCall",
        args: [wanted, initializer],
      }),
    },
  };
}

/**
 * The first strategy, roles and payment tokens, in one transaction. A strategy is never replaced, so the first of them
 * tells for ever that this has been done: what the administrators change later is theirs, no later run takes it back.
 */
function configureStep(client: DeployPublicClient, layout: Layout, config: DeployConfig): Step {
  const authority = layout.proxies.ProtocolAuthority.address;
  const window = layout.strategies[0]!;
  return {
    name: "configure the window, roles and tokens",
    isDone: () => isRegistered(client, layout, window),
    transaction: {
      to: authority,
      data: encodeCall("ProtocolAuthority", "multicall", [
        [
          registration(layout, window),
          ...roleCalls(layout, config),
          ...config.market.tokens.flatMap((entry) => tokenCalls(layout, entry)),
        ],
      ]),
    },
  };
}

type Strategy = Layout["strategies"][number];

/** A strategy that came after the first: registered by itself, so that a running protocol can be given it. */
function registerStep(client: DeployPublicClient, layout: Layout, strategy: Strategy): Step {
  return {
    name: `register ${strategy.name}`,
    isDone: () => isRegistered(client, layout, strategy),
    transaction: { to: layout.proxies.ProtocolAuthority.address, data: registration(layout, strategy) },
  };
}

function registration(layout: Layout, { number, creation }: Strategy): Hex {
  const hub = layout.proxies.VerificationHub.address;
  return asAuthority(hub, encodeCall("VerificationHub", "registerStrategy", [number, creation.address]));
}

/** Whether the hub knows the strategy. @throws DeployError DEPLOY-022 when it knows another one under its number */
async function isRegistered(client: DeployPublicClient, layout: Layout, { number, creation }: Strategy) {
  if (!(await isInstalled(client, layout, "VerificationHub"))) return false;
  const found = (await client.readContract({
    address: layout.proxies.VerificationHub.address,
    abi: readArtifact("VerificationHub").abi,
    functionName: "strategyOf",
    args: [number],
  })) as Address;
  if (BigInt(found) === 0n) return false;
  if (isAddressEqual(found, creation.address)) return true;
  throw new DeployError(
    "DEPLOY-022",
    `strategy ${number} is ${found}, this build and configuration make ${creation.address}`,
    "A strategy is never replaced: use the deployed version and its configuration",
  );
}

function roleCalls(layout: Layout, config: DeployConfig): Hex[] {
  const asy = layout.proxies.AssayToken.address;
  const guardian = resolveAddress(config.roles.guardian, { deployer: layout.deployer, asy });
  const pause = [layout.proxies.JobMarketplace.address, [toFunctionSelector("setPause(uint8)")], GUARDIAN_ROLE];
  const veto = [layout.proxies.SlashingManager.address, [toFunctionSelector("veto(uint256)")], GUARDIAN_ROLE];
  return [
    encodeCall("ProtocolAuthority", "setTargetFunctionRole", pause),
    encodeCall("ProtocolAuthority", "setTargetFunctionRole", veto),
    encodeCall("ProtocolAuthority", "grantRole", [GUARDIAN_ROLE, guardian, 0]),
  ];
}

/** Lists a token for payments, and its fees for sharing with delegators. */
function tokenCalls(layout: Layout, entry: DeployConfig["market"]["tokens"][number]): Hex[] {
  const { token, feeBps, minBond, feeRange: range } = entry;
  const { JobMarketplace, DelegationPools, AssayToken } = layout.proxies;
  const address = resolveAddress(token, { deployer: layout.deployer, asy: AssayToken.address });
  const listing = encodeCall("JobMarketplace", "configureToken", [address, true, feeBps, minBond]);
  const moving = range && [address, range.minBps, range.maxBps, range.target];
  return [
    asAuthority(JobMarketplace.address, listing),
    ...(moving ? [asAuthority(JobMarketplace.address, encodeCall("JobMarketplace", "setFeeRange", moving))] : []),
    asAuthority(DelegationPools.address, encodeCall("DelegationPools", "addFeeToken", [address])),
  ];
}

/** A call that the authority makes for its administrator, so that several fit into one transaction. */
function asAuthority(target: Address, data: Hex): Hex {
  return encodeCall("ProtocolAuthority", "execute", [target, data]);
}

async function isInstalled(client: DeployPublicClient, layout: Layout, name: ManagedName): Promise<boolean> {
  const proxy = layout.proxies[name].address;
  return (
    (await hasCode(client, proxy)) &&
    isAddressEqual(await implementationOf(client, proxy), layout.implementations[name].address)
  );
}

/** Whether a contract stands there. */
export async function hasCode(client: DeployPublicClient, address: Address): Promise<boolean> {
  return (await client.getCode({ address })) !== undefined;
}
