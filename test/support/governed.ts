import { type Address, encodeFunctionData, type Hex, keccak256, toBytes } from "viem";
import { type ContractName, readArtifact } from "../../scripts/deploy/artifacts.ts";
import { configPath, type DeployConfig, loadConfig } from "../../scripts/deploy/config.ts";
import { handover } from "../../scripts/deploy/handover.ts";
import type { Deployment } from "../../scripts/deploy/types.ts";
import { Actor, ASY_UNIT } from "./actor.ts";
import { createWorld, type Target, type World } from "./world.ts";

export const CLOCKS = { votingDelay: 60, votingPeriod: 3_600, lateQuorumExtension: 600, timelockDelay: 7_200 } as const;
export const THRESHOLD = 1_000n * ASY_UNIT;
export const AGAINST = 0;
export const FOR = 1;
export const ABSTAIN = 2;
/** IGovernor.ProposalState */
export const STATE = {
  pending: 0,
  active: 1,
  canceled: 2,
  defeated: 3,
  succeeded: 4,
  queued: 5,
  expired: 6,
  executed: 7,
} as const;

export interface Proposal {
  id: bigint;
  args: readonly [Address[], bigint[], Hex[], Hex];
}

/** A protocol after its hand-over, and people with votes. */
export interface Governed {
  world: World;
  deployment: Deployment;
  governor: Target;
  timelock: Target;
  treasury: Target;
  parameters: Target;
  /** contracts that the deployer speaks for */
  guardian: Target;
  council: Target;
  /** a holder whose votes alone reach the quorum, delegated to itself */
  whale: Actor;
  alice: Actor;
  bob: Actor;
  anyone: Actor;
  reset(): Promise<void>;
}

/** The local configuration with short clocks and these councils. */
export function governedConfig(guardian: Address, council: Address): DeployConfig {
  const { referee: _, ...config } = loadConfig(configPath("local"));
  return withGovernance(config, guardian, council);
}

/** A configuration with governance of short clocks and these councils. */
export function withGovernance(config: DeployConfig, guardian: Address, council: Address): DeployConfig {
  const governance = { ...CLOCKS, proposalThreshold: THRESHOLD, quorumPercent: 4 };
  return { ...config, governance: { ...governance, guardian, council, proposalGuardian: guardian } };
}

export async function createGoverned(): Promise<Governed> {
  const world = await createWorld();
  const guardian = await world.create("mocks/Council.sol");
  const council = await world.create("mocks/Council.sol");
  const { publicClient, walletClient } = await world.clients();
  const config = governedConfig(guardian.address, council.address);
  const { deployment } = await handover({ publicClient, walletClient, config, path: null });
  world.now = Number((await publicClient.getBlock()).timestamp) + 1;
  const target = (name: ContractName): Target =>
    world.watch({ address: deployment.contracts[name]!.address, abi: readArtifact(name).abi });
  const people = await Promise.all([1, 2, 3, 4].map(async (index) => new Actor(world, index)));
  const [whale, alice, bob, anyone] = people as [Actor, Actor, Actor, Actor];
  await whale.funded(10_000_000n * ASY_UNIT);
  await alice.funded(100_000n * ASY_UNIT);
  await bob.funded(100_000n * ASY_UNIT);
  await whale.send(world.asy, "delegate", [whale.address]);
  world.pass(10);
  return {
    world,
    deployment,
    governor: target("AssayGovernor"),
    timelock: target("ProtocolTimelock"),
    treasury: target("Treasury"),
    parameters: target("ParameterCouncil"),
    guardian,
    council,
    whale,
    alice,
    bob,
    anyone,
    reset: await world.snapshot(),
  };
}

/** Proposes these calls. */
export async function propose(
  { world, governor, whale }: Governed,
  calls: readonly { to: Target; functionName: string; args: readonly unknown[]; value?: bigint }[],
  description = "a proposal",
  proposer: Actor = whale,
): Promise<Proposal> {
  const targets = calls.map(({ to }) => to.address);
  const values = calls.map(({ value = 0n }) => value);
  const datas = calls.map(({ to, functionName, args }) =>
    encodeFunctionData({ abi: to.abi, functionName, args: args as unknown[] }),
  );
  const { events } = await proposer.send(governor, "propose", [targets, values, datas, description]);
  const id = events.find(({ name }) => name === "ProposalCreated")!.args.proposalId as bigint;
  world.pass(CLOCKS.votingDelay + 1);
  return { id, args: [targets, values, datas, keccak256(toBytes(description))] };
}

/** Votes for it with the whale's votes and lets the voting end. */
export async function pass({ world, governor, whale }: Governed, { id }: Proposal): Promise<void> {
  await whale.send(governor, "castVote", [id, FOR]);
  world.pass(CLOCKS.votingPeriod + 1);
}

/** Propose, vote, queue, wait. */
export async function readyToExecute(
  governed: Governed,
  calls: Parameters<typeof propose>[1],
  description?: string,
): Promise<Proposal> {
  const proposal = await propose(governed, calls, description);
  await pass(governed, proposal);
  await governed.anyone.send(governed.governor, "queue", proposal.args);
  governed.world.pass(CLOCKS.timelockDelay + 1);
  return proposal;
}

/** Takes calls through a whole vote. */
export async function decide(governed: Governed, calls: Parameters<typeof propose>[1], description?: string) {
  const proposal = await readyToExecute(governed, calls, description);
  return governed.anyone.send(governed.governor, "execute", proposal.args);
}

/** A call that one of the councils makes. */
export function asCouncil({ world }: Governed, council: Target, to: Target, functionName: string, args: unknown[]) {
  const data = encodeFunctionData({ abi: to.abi, functionName, args });
  return world.send(world.deployer, council, "run", [to.address, data]);
}
