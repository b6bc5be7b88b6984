import { readFileSync } from "node:fs";
import { type Abi, type Address, encodeFunctionData, type Hex, keccak256, toFunctionSelector, toHex } from "viem";
import { configPath, loadConfig } from "../../scripts/deploy/config.ts";
import { handover } from "../../scripts/deploy/handover.ts";
import type { AssayClient, Deployment, ProposalCall } from "../../sdk/src/index.ts";
import { ASY, type IndexedMarket } from "./harness.ts";
import { finalized } from "./scene-jobs.ts";
import { abiOf, addressOf, DAY, now, pass, send } from "./steps.ts";

const CLOCKS = { votingDelay: 60, votingPeriod: 3_600, lateQuorumExtension: 600, timelockDelay: 7_200 };
/** Of proposals after the first one, which sets it; seconds. */
const VOTING_DELAY = 120;
const COUNCIL = new URL("../../artifacts/contracts/mocks/Council.sol/Council.json", import.meta.url);
const SET_DELAY = toFunctionSelector("setDelay(uint256)");

/** The hand-over; proposals that pay, grant, open ranges and rounds; votes, one against the own representative. */
export async function governance(market: IndexedMarket): Promise<void> {
  const council = await handOver(market);
  const whale = market.client(0);
  const [a, b] = market.people as [AssayClient, AssayClient];
  await send(market, 0, "AssayToken", "delegate", addressOf(whale));
  await send(market, 1, "AssayToken", "delegate", addressOf(whale));
  await pass(market, 10);
  const { Treasury, QuadraticGrants } = market.deployment.contracts;
  await send(market, 0, "AssayToken", "transfer", Treasury!.address, 10_000n * ASY);
  await send(market, 0, "AssayToken", "transfer", QuadraticGrants!.address, 1_000n * ASY);
  const votingStart = (await now(market)) + 20_000;
  const calls = decisions(market, votingStart);
  const { proposalId: id } = await whale.propose({ calls, description: "all at once" });
  const dropped = await whale.propose({ calls: calls.slice(0, 1), description: "taken back" });
  await whale.cancelProposal(await whale.getProposal({ id: dropped.proposalId }));
  await pass(market, CLOCKS.votingDelay + 1);
  await whale.castVote({ proposalId: id, side: "for", reason: "useful" });
  await send(market, 1, "AssayGovernor", "castOverrideVote", id, 0, "not with mine");
  await b.castVote({ proposalId: id, side: "abstain" });
  await pass(market, CLOCKS.votingPeriod + 1);
  await whale.queueProposal(await whale.getProposal({ id }));
  await pass(market, CLOCKS.timelockDelay + 1);
  await whale.executeProposal(await whale.getProposal({ id }));
  await stopped(market, council);
  await finalized(market, a, 50n * ASY);
  await a.collect({ provider: addressOf(a) });
  await send(market, 4, "Treasury", "fetchFees", market.deployment.contracts.AssayToken.address);
  const move = [market.deployment.contracts.SlashingManager.address, SET_DELAY, 90_000n];
  await run(market, council, "ParameterCouncil", "move", ...move);
  await grants(market, council, votingStart);
}

/** A proposal whose quorum comes so late that the vote goes on, and which the guardian stops once it waits. */
async function stopped(market: IndexedMarket, council: Address): Promise<void> {
  const whale = market.client(0);
  const calls = decisions(market, await now(market)).slice(0, 1);
  const description = "late";
  const { proposalId: id } = await whale.propose({ calls, description });
  await pass(market, VOTING_DELAY + 1 + CLOCKS.votingPeriod - CLOCKS.lateQuorumExtension / 2);
  await whale.castVote({ proposalId: id, side: "for" });
  await pass(market, CLOCKS.lateQuorumExtension + 1);
  await whale.queueProposal(await whale.getProposal({ id }));
  const words = [calls.map(({ target }) => target), calls.map(({ value }) => value), calls.map(({ data }) => data)];
  await run(market, council, "AssayGovernor", "cancel", ...words, keccak256(toHex(description)));
}

/** Gives the protocol to its governance, whose councils are one contract that the deployer speaks for. */
async function handOver(market: IndexedMarket): Promise<Address> {
  const { publicClient } = market.chain;
  const walletClient = market.chain.wallet(0);
  const { abi, bytecode } = JSON.parse(readFileSync(COUNCIL, "utf8")) as { abi: Abi; bytecode: Hex };
  const hash = await walletClient.deployContract({ abi, bytecode });
  const council = (await publicClient.waitForTransactionReceipt({ hash })).contractAddress!;
  const config = loadConfig(configPath("local"));
  const rules = { proposalThreshold: 1_000n * ASY, quorumPercent: 4 };
  config.governance = { ...CLOCKS, ...rules, guardian: council, council, proposalGuardian: council };
  const { deployment } = await handover({ publicClient, walletClient, config, path: market.deploymentPath });
  market.deployment = deployment as Deployment;
  market.people = [1, 2, 3, 4].map((index) => market.client(index));
  return council;
}

function decisions(market: IndexedMarket, votingStart: number): ProposalCall[] {
  const { AssayToken, SlashingManager } = market.deployment.contracts;
  const [a, b] = market.people.map(addressOf) as [Address, Address];
  const call = (contract: string, functionName: string, ...args: unknown[]): ProposalCall => ({
    target: market.deployment.contracts[contract]!.address,
    value: 0n,
    data: encodeFunctionData({ abi: abiOf(contract), functionName, args }),
  });
  const times = [votingStart, votingStart + 10_000];
  return [
    call("Treasury", "pay", AssayToken.address, a, 5n * ASY),
    call("Treasury", "grant", AssayToken.address, b, 6n * ASY, BigInt(votingStart), 1_000n),
    call("ParameterCouncil", "setRange", SlashingManager.address, SET_DELAY, 86_400n, 200_000n),
    call("QuadraticGrants", "openRound", AssayToken.address, 1_000n * ASY, ASY, ...times),
    call("AssayGovernor", "setVotingDelay", VOTING_DELAY),
  ];
}

/** A call in the name of the council. */
async function run(
  market: IndexedMarket,
  council: Address,
  contract: string,
  functionName: string,
  ...args: unknown[]
) {
  const { abi } = JSON.parse(readFileSync(COUNCIL, "utf8")) as { abi: Abi };
  const target = market.deployment.contracts[contract]!.address;
  const data = encodeFunctionData({ abi: abiOf(contract), functionName, args });
  const call = { abi, address: council, functionName: "run", args: [target, data] };
  const hash = await market.chain.wallet(0).writeContract(call);
  await market.chain.publicClient.waitForTransactionReceipt({ hash });
}

/** A round with a project that is paid and one that is struck, up to the rest that goes back. */
async function grants(market: IndexedMarket, council: Address, votingStart: number): Promise<void> {
  const contract = market.deployment.contracts.QuadraticGrants!.address;
  const round = 0n;
  const beneficiary = addressOf(market.people[3]!);
  await send(market, 1, "AssayToken", "approve", contract, 2n * ASY);
  for (const name of ["one", "two"]) {
    await send(market, 1, "QuadraticGrants", "proposeProject", round, beneficiary, 500n * ASY, keccak256(toHex(name)));
  }
  await pass(market, votingStart - (await now(market)));
  await send(market, 2, "QuadraticGrants", "voteGrant", round, 0n, 100n * ASY);
  await send(market, 3, "QuadraticGrants", "voteGrant", round, 0n, 49n * ASY);
  await send(market, 3, "QuadraticGrants", "voteGrant", round, 1n, 9n * ASY);
  await run(market, council, "QuadraticGrants", "strike", round, 1n);
  await pass(market, 10_000 + 8 * DAY);
  await send(market, 4, "QuadraticGrants", "settleProject", round, 0n);
  await pass(market, 91 * DAY);
  await send(market, 4, "QuadraticGrants", "sweepRound", round);
}
