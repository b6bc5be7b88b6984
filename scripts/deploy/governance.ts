import { type Address, type Hex, toFunctionSelector } from "viem";
import { type ContractName, readArtifact } from "./artifacts.ts";
import type { DeployConfig } from "./config.ts";
import { type Creation, FACTORY } from "./create2.ts";
import { DeployError } from "./error.ts";
import { encodeCall, implementationOver, type Layout, type ManagedName, proxyOver } from "./layout.ts";
import { hasCode, installStep } from "./plan.ts";
import type { DeployPublicClient, Step } from "./types.ts";

/** What governance adds to a protocol that stands already, in the order of creation. */
export const GOVERNANCE = [
  "ProtocolTimelock",
  "AssayGovernor",
  "Treasury",
  "ParameterCouncil",
  "QuadraticGrants",
] as const;
export type GovernanceName = (typeof GOVERNANCE)[number];

/** Whose proxies each implementation holds as immutables, in the order of its constructor. */
export const GOVERNANCE_PEERS: Readonly<Record<GovernanceName, readonly ManagedName[]>> = {
  ProtocolTimelock: ["StakingManager"],
  AssayGovernor: ["StakingManager"],
  Treasury: ["JobMarketplace"],
  ParameterCouncil: [],
  QuadraticGrants: ["AssayToken", "StakingManager"],
};

/** Numbers of the authority's roles. */
export const ROLES = { admin: 0n, guardian: 1n, council: 2n, setter: 3n } as const;
const NOBODY: Address = "0x0000000000000000000000000000000000000000";

export interface GovernanceLayout {
  base: Layout;
  proxies: Record<GovernanceName, Creation>;
  implementations: Record<GovernanceName, Creation>;
  initializers: Record<GovernanceName, Hex>;
}

/**
 * Computes governance's addresses and initialisers. Needs no chain.
 * @throws DeployError DEPLOY-042 when the configuration has no section `governance`
 */
export function governanceLayout(base: Layout, config: DeployConfig): GovernanceLayout {
  const settings = requireGovernance(config);
  const proxies = record((name) => proxyOver(base.seed, name));
  const { ProtocolAuthority: authority } = base.proxies;
  const governor = proxies.AssayGovernor.address;
  const { votingDelay, votingPeriod, proposalThreshold, quorumPercent, lateQuorumExtension, proposalGuardian } =
    settings;
  const initial: Record<GovernanceName, readonly unknown[]> = {
    // anybody executes what is due; the timelock administers itself
    ProtocolTimelock: [BigInt(settings.timelockDelay), [governor], [NOBODY], NOBODY],
    AssayGovernor: [
      base.proxies.AssayToken.address,
      proxies.ProtocolTimelock.address,
      {
        votingDelay,
        votingPeriod,
        proposalThreshold,
        quorumPercent: BigInt(quorumPercent),
        lateQuorumExtension,
        proposalGuardian,
      },
    ],
    Treasury: [authority.address],
    ParameterCouncil: [authority.address],
    QuadraticGrants: [authority.address, proxies.Treasury.address],
  };
  return {
    base,
    proxies,
    implementations: record((name) =>
      implementationOver(
        name,
        GOVERNANCE_PEERS[name].map((peer) => base.proxies[peer].address),
      ),
    ),
    initializers: record((name) => encodeCall(name, "initialize", initial[name])),
  };
}

/** The section `governance`. @throws DeployError DEPLOY-042 */
export function requireGovernance(config: DeployConfig): NonNullable<DeployConfig["governance"]> {
  if (config.governance) return config.governance;
  throw new DeployError(
    "DEPLOY-042",
    `the configuration "${config.name}" has no section governance`,
    "Add it: clocks, quorum, the timelock's delay and the addresses of the councils",
  );
}

/**
 * Governance's own contracts and the hand-over of the authority to its timelock. The last step takes the deployer's
 * power away; until then every step can be repeated or undone.
 */
export function governanceSteps(client: DeployPublicClient, layout: GovernanceLayout, config: DeployConfig): Step[] {
  const create = (name: string, creation: Creation): Step => ({
    name: `create ${name}`,
    isDone: () => hasCode(client, creation.address),
    transaction: { to: FACTORY, data: creation.data },
  });
  return [
    ...GOVERNANCE.map((name) => create(`${name} proxy`, layout.proxies[name])),
    ...GOVERNANCE.map((name) => create(`${name} implementation`, layout.implementations[name])),
    ...GOVERNANCE.map((name) =>
      installStep(client, {
        name,
        proxy: layout.proxies[name].address,
        wanted: layout.implementations[name].address,
        seed: layout.base.seed.address,
        initializer: layout.initializers[name],
      }),
    ),
    councilStep(client, layout, config),
    renounceStep(client, layout),
  ];
}

/** The councils' roles, the treasury and the timelock's power, in one transaction: all of it or nothing. */
function councilStep(client: DeployPublicClient, layout: GovernanceLayout, config: DeployConfig): Step {
  const authority = layout.base.proxies.ProtocolAuthority.address;
  const timelock = layout.proxies.ProtocolTimelock.address;
  return {
    name: "give roles to the councils and the authority to the timelock",
    isDone: () => holdsRole(client, authority, ROLES.admin, timelock),
    transaction: { to: authority, data: encodeCall("ProtocolAuthority", "multicall", [roleCalls(layout, config)]) },
  };
}

function roleCalls({ base, proxies }: GovernanceLayout, config: DeployConfig): Hex[] {
  const { guardian, council } = requireGovernance(config);
  const authority = (functionName: string, args: readonly unknown[]) =>
    encodeCall("ProtocolAuthority", functionName, args);
  const market = base.proxies.JobMarketplace.address;
  const slashing = base.proxies.SlashingManager.address;
  const { ParameterCouncil, ProtocolTimelock, Treasury } = proxies;
  const move = toFunctionSelector("move(address,bytes4,uint128)");
  return [
    authority("revokeRole", [ROLES.guardian, base.deployer]),
    authority("grantRole", [ROLES.guardian, guardian, 0]),
    authority("setTargetFunctionRole", [
      proxies.QuadraticGrants.address,
      [toFunctionSelector("strike(uint256,uint256)")],
      ROLES.guardian,
    ]),
    authority("setTargetFunctionRole", [ParameterCouncil.address, [move], ROLES.council]),
    authority("grantRole", [ROLES.council, council, 0]),
    // the only setters that a range can open without another vote
    authority("setTargetFunctionRole", [market, [toFunctionSelector("setMinWindow(uint32)")], ROLES.setter]),
    authority("setTargetFunctionRole", [slashing, [toFunctionSelector("setDelay(uint256)")], ROLES.setter]),
    authority("grantRole", [ROLES.setter, ParameterCouncil.address, 0]),
    authority("grantRole", [ROLES.setter, ProtocolTimelock.address, 0]),
    authority("execute", [market, encodeCall("JobMarketplace", "setTreasury", [Treasury.address])]),
    authority("grantRole", [ROLES.admin, ProtocolTimelock.address, 0]),
  ];
}

function renounceStep(client: DeployPublicClient, { base }: GovernanceLayout): Step {
  const authority = base.proxies.ProtocolAuthority.address;
  return {
    name: "give up the deployer's power",
    isDone: async () => !(await holdsRole(client, authority, ROLES.admin, base.deployer)),
    transaction: {
      to: authority,
      data: encodeCall("ProtocolAuthority", "renounceRole", [ROLES.admin, base.deployer]),
    },
  };
}

/** Whether an account holds a role of the authority now. */
export async function holdsRole(
  client: DeployPublicClient,
  authority: Address,
  role: bigint,
  account: Address,
): Promise<boolean> {
  const [member] = (await client.readContract({
    address: authority,
    abi: readArtifact("ProtocolAuthority").abi,
    functionName: "hasRole",
    args: [role, account],
  })) as [boolean, number];
  return member;
}

function record<Value>(make: (name: GovernanceName & ContractName) => Value): Record<GovernanceName, Value> {
  return Object.fromEntries(GOVERNANCE.map((name) => [name, make(name)])) as Record<GovernanceName, Value>;
}
