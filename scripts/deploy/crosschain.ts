import { type Address, concatHex, type Hex, isAddressEqual, numberToHex, size, toFunctionSelector, toHex } from "viem";
import { type ContractName, readArtifact } from "./artifacts.ts";
import { type Creation, creationOf, FACTORY } from "./create2.ts";
import { ROLES } from "./governance.ts";
import { encodeCall, implementationOver, type Layout, proxyOver } from "./layout.ts";
import { factorySteps, hasCode, installStep } from "./plan.ts";
import type { DeployPublicClient, Step } from "./types.ts";

/** A chain with Axelar's contracts on it. */
export interface AxelarChain {
  chainId: number;
  /** what Axelar calls it */
  name: string;
  gateway: Address;
  gasService: Address;
}

/** A home chain and one satellite of it. */
export interface Pair {
  home: AxelarChain;
  satellite: AxelarChain;
  /** most ASY that either bridge pays out at once (smallest unit), and the seconds in which that refills */
  limit: { capacity: bigint; window: number };
  /** who administers the satellite from home: the timelock; its deployer keeps nothing */
  controller: Address;
  /** who may pause bridges; on the satellite an address of that chain */
  guardian: Address;
  token: { name: string; symbol: string };
}

export const HOME_END = ["AxelarGatewayAdapter", "HomeBridge", "JobHub"] as const;
export const SATELLITE_END = [
  "ProtocolAuthority",
  "AxelarGatewayAdapter",
  "SatelliteBridge",
  "SatelliteToken",
  "RemoteJobPortal",
] as const;

/** What stands behind one proxy of an end. */
interface Managed {
  name: ContractName;
  proxy: Creation;
  implementation: Creation;
  initializer: Hex;
}

/** Everything of one end; a pure function of the deployer, the pair and the build. */
export interface EndLayout {
  deployer: Address;
  seed: Creation;
  managed: readonly Managed[];
  /** created as they are, before anything is configured */
  plain: readonly { name: ContractName; creation: Creation }[];
  authority: Address;
  /** calls that the authority makes in the order they are listed */
  calls: readonly Hex[];
  /** view by which an earlier run's configuration is known, and what it then answers */
  configured: { contract: ContractName; functionName: string; args: readonly unknown[]; answer: Address };
}

/** The ERC-7930 form of an EVM account. */
export function interoperable(chainId: number, account: Address): Hex {
  const reference = toHex(chainId);
  return concatHex(["0x00010000", numberToHex(size(reference), { size: 1 }), reference, "0x14", account]);
}

/** Addresses of both ends follow from the deployer alone, so either can be deployed first. */
function proxiesOf(seed: Creation) {
  const of = (name: ContractName) => proxyOver(seed, name).address;
  return {
    authority: of("ProtocolAuthority"),
    adapter: of("AxelarGatewayAdapter"),
    homeBridge: of("HomeBridge"),
    hub: of("JobHub"),
    satelliteBridge: of("SatelliteBridge"),
    token: of("SatelliteToken"),
    portal: of("RemoteJobPortal"),
  };
}

function managedOf(seed: Creation, name: ContractName, args: readonly unknown[], initial: readonly unknown[]): Managed {
  return {
    name,
    proxy: proxyOver(seed, name),
    implementation: implementationOver(name, args as readonly Address[]),
    initializer: encodeCall(name, "initialize", initial),
  };
}

/** The home chain's end, beside a protocol that stands. */
export function homeLayout(base: Layout, { home, satellite, limit, guardian }: Pair): EndLayout {
  const { seed, proxies } = base;
  const at = proxiesOf(seed);
  const asy = proxies.AssayToken.address;
  const account = creationOf("RemoteJobAccount", [at.hub], "remote-job-account");
  const peers = [asy, proxies.JobMarketplace.address, proxies.StakingManager.address, at.homeBridge];
  return {
    deployer: base.deployer,
    seed,
    authority: at.authority,
    managed: [
      managedOf(seed, "AxelarGatewayAdapter", [home.gateway, home.gasService], [at.authority]),
      managedOf(seed, "HomeBridge", [], [at.authority, asy]),
      managedOf(seed, "JobHub", peers, [at.authority, account.address]),
    ],
    plain: [{ name: "RemoteJobAccount", creation: account }],
    calls: [
      ...linkCalls("HomeBridge", at.homeBridge, at.adapter, satellite, at.satelliteBridge, limit),
      asAuthority(at.hub, encodeCall("JobHub", "setPortal", [satellite.chainId, at.portal])),
      pauseRole(at.homeBridge),
      encodeCall("ProtocolAuthority", "grantRole", [ROLES.guardian, guardian, 0]),
    ],
    configured: { contract: "JobHub", functionName: "portalOf", args: [satellite.chainId], answer: at.portal },
  };
}

/** The satellite's end, which has an authority of its own. */
export function satelliteLayout(deployer: Address, pair: Pair): EndLayout {
  const { home, satellite, limit, guardian, token } = pair;
  const seed = creationOf("ProxySeed", [deployer], "seed");
  const at = proxiesOf(seed);
  const controller = interoperable(home.chainId, pair.controller);
  const executor = creationOf("SatelliteExecutor", [at.adapter, controller], "satellite-executor");
  return {
    deployer,
    seed,
    authority: at.authority,
    managed: [
      managedOf(seed, "ProtocolAuthority", [], [deployer]),
      managedOf(seed, "AxelarGatewayAdapter", [satellite.gateway, satellite.gasService], [at.authority]),
      managedOf(seed, "SatelliteBridge", [BigInt(home.chainId)], [at.authority, at.token]),
      managedOf(seed, "SatelliteToken", [at.satelliteBridge], [at.authority, token.name, token.symbol]),
      managedOf(seed, "RemoteJobPortal", [BigInt(home.chainId), at.hub, at.satelliteBridge, at.token], [at.authority]),
    ],
    plain: [{ name: "SatelliteExecutor", creation: executor }],
    calls: [
      ...linkCalls("SatelliteBridge", at.satelliteBridge, at.adapter, home, at.homeBridge, limit),
      pauseRole(at.satelliteBridge),
      encodeCall("ProtocolAuthority", "grantRole", [ROLES.guardian, guardian, 0]),
      encodeCall("ProtocolAuthority", "grantRole", [ROLES.admin, executor.address, 0]),
      // last: the deployer keeps no power over a satellite
      encodeCall("ProtocolAuthority", "revokeRole", [ROLES.admin, deployer]),
    ],
    configured: {
      contract: "AxelarGatewayAdapter",
      functionName: "remoteOf",
      args: [home.chainId],
      answer: at.adapter,
    },
  };
}

/** An end as a list of transactions, each of which knows whether it is still needed. */
export function endSteps(client: DeployPublicClient, layout: EndLayout): Step[] {
  const create = (name: string, creation: Creation): Step => ({
    name: `create ${name}`,
    isDone: () => hasCode(client, creation.address),
    transaction: { to: FACTORY, data: creation.data },
  });
  return [
    ...factorySteps(client),
    create("ProxySeed", layout.seed),
    ...layout.managed.map(({ name, proxy }) => create(`${name} proxy`, proxy)),
    // an executor asks its gateway whether it is one, so what is behind proxies comes first
    ...layout.managed.map(({ name, implementation }) => create(`${name} implementation`, implementation)),
    ...layout.managed.map(({ name, proxy, implementation, initializer }) =>
      installStep(client, {
        name,
        proxy: proxy.address,
        wanted: implementation.address,
        seed: layout.seed.address,
        initializer,
      }),
    ),
    ...layout.plain.map(({ name, creation }) => create(name, creation)),
    configureStep(client, layout),
  ];
}

/** Links, limits and roles, in one transaction: all of it or nothing. */
function configureStep(client: DeployPublicClient, { authority, calls, configured, managed }: EndLayout): Step {
  const { contract, functionName, args, answer } = configured;
  const address = managed.find(({ name }) => name === contract)!.proxy.address;
  return {
    name: "connect the chains and give roles",
    isDone: async () => {
      if (!(await hasCode(client, address))) return false;
      const { abi } = readArtifact(contract);
      // an adapter refuses to speak of a chain that it does not know
      const found = await client.readContract({ address, abi, functionName, args }).catch(() => undefined);
      const said = (Array.isArray(found) ? found.at(-1) : found) as Address | undefined;
      return said !== undefined && isAddressEqual(said, answer);
    },
    transaction: { to: authority, data: encodeCall("ProtocolAuthority", "multicall", [calls]) },
  };
}

function linkCalls(
  contract: ContractName,
  bridge: Address,
  adapter: Address,
  there: AxelarChain,
  counterpart: Address,
  { capacity, window }: Pair["limit"],
): Hex[] {
  const link = [adapter, interoperable(there.chainId, counterpart)];
  return [
    // both adapters have the same address, because both proxies have the same creation
    asAuthority(adapter, encodeCall("AxelarGatewayAdapter", "connect", [there.chainId, there.name, adapter])),
    asAuthority(bridge, encodeCall(contract, "setLink", link)),
    asAuthority(bridge, encodeCall(contract, "setLimit", [there.chainId, capacity, window])),
  ];
}

function pauseRole(bridge: Address): Hex {
  const selectors = [toFunctionSelector("setPause(uint8)")];
  return encodeCall("ProtocolAuthority", "setTargetFunctionRole", [bridge, selectors, ROLES.guardian]);
}

function asAuthority(target: Address, data: Hex): Hex {
  return encodeCall("ProtocolAuthority", "execute", [target, data]);
}
