// What the contracts let anyone do against what the sdk does: a function without an action or a reason fails here.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  type Abi,
  type AbiFunction,
  type AbiParameter,
  createPublicClient,
  createWalletClient,
  custom,
  encodeFunctionResult,
  numberToHex,
  toFunctionSelector,
  zeroAddress,
  zeroHash,
} from "viem";
import { hardhat } from "viem/chains";
import { REPOSITORY } from "../../scripts/deploy/artifacts.ts";
import * as abis from "../../sdk/src/generated/index.ts";
import {
  type AssayClient,
  createAssayClient,
  type Deployment,
  type PreparedCall,
  parseDeployment,
} from "../../sdk/src/index.ts";
import { sampleSpec } from "./harness.ts";
import { EVERYWHERE, EXCEPTIONS, OUTSIDE, PLUMBED, UNREAD } from "./no-actions.ts";

/** The contracts' ABIs by their names in a deployment. */
const contracts: Record<string, readonly AbiFunction[]> = Object.fromEntries(
  Object.entries(abis)
    .filter(([name]) => name !== "errorsAbi")
    .map(([name, abi]) => [
      `${name[0]!.toUpperCase()}${name.slice(1, -3)}`,
      (abi as Abi).filter((item): item is AbiFunction => item.type === "function"),
    ]),
);
const isWrite = ({ stateMutability }: AbiFunction) => !["view", "pure"].includes(stateMutability);

/* ── the client: offline, every address its own ── */

const deployment = parseDeployment({
  chainId: hardhat.id,
  startBlock: 0,
  contracts: Object.fromEntries(
    Object.keys(contracts).map((name, index) => [
      name,
      { address: numberToHex(index + 1, { size: 20 }), version: "1.0.0" },
    ]),
  ),
}) as Deployment;

const ANSWERS: Record<string, readonly unknown[]> = {
  tokenConfig: [[true, 250, 10n]],
  config: [[zeroAddress, 5, 0, 0, 0]],
  balanceOf: [10n ** 24n],
  laneOf: [[0n, 0]],
};

/** Answers what preparing a posting reads, and nothing else. */
async function answer({ method, params }: { method: string; params?: unknown }): Promise<unknown> {
  if (method === "eth_chainId") return numberToHex(hardhat.id);
  if (method === "eth_getBlockByNumber") return { number: "0x1", timestamp: numberToHex(1_000_000), transactions: [] };
  const [{ data }] = params as [{ data: string }];
  const item = contracts.JobMarketplace!.find((found) => data.startsWith(toFunctionSelector(found)));
  const result = item && ANSWERS[item.name];
  if (method !== "eth_call" || !item || !result) throw new Error(`${method} ${item?.name ?? data}`);
  const values = item.outputs.length > 1 ? zeroOutputs(item, result[0] as unknown[]) : result[0];
  return encodeFunctionResult({ abi: [item], functionName: item.name, result: values as never });
}

function zeroOutputs(item: AbiFunction, given: readonly unknown[]): unknown[] {
  return item.outputs.map((output, index) => given[index] ?? zero(output));
}

/** The zero value of a parameter. */
function zero(parameter: AbiParameter): unknown {
  const [, element, length] = /^(.*)\[(\d*)\]$/.exec(parameter.type) ?? [];
  if (element !== undefined) return Array.from({ length: Number(length) }, () => zero({ ...parameter, type: element }));
  if ("components" in parameter) {
    return Object.fromEntries(parameter.components.map((part) => [part.name!, zero(part)]));
  }
  if (parameter.type === "address") return zeroAddress;
  if (parameter.type === "bool") return false;
  if (parameter.type === "string") return "";
  const bytes = /^bytes(\d*)$/.exec(parameter.type);
  if (bytes) return bytes[1] ? numberToHex(0, { size: Number(bytes[1]) }) : "0x";
  return Number(/\d+/.exec(parameter.type)![0]) <= 48 ? 0 : 0n;
}

const me = numberToHex(0xabc, { size: 20 });
const you = numberToHex(0xdef, { size: 20 });
const transport = custom({ request: answer });
const client: AssayClient = createAssayClient({
  publicClient: createPublicClient({ chain: hardhat, transport }),
  walletClient: createWalletClient({ account: me, chain: hardhat, transport }),
  deployment,
});

/* ── every write that has an action, and the action's own prepared call ── */

const price = 5n;
const lane = { lane: 3, generation: 1 };
const spec = sampleSpec();
const { terms } = await client.prepareTerms({ spec, price, lane });
const run = { provider: me, claimedAt: 1, span: 0, rescued: 0, quote: 0 };
const claimed = { terms, run, nonce: zeroHash, claimer: me };
const result = { runRoot: zeroHash, finalState: zeroHash, outputDigest: zeroHash };
const submitted = { terms, run, commitment: zeroHash };
const bid = { provider: me, bidder: me, price, expiry: 9 };
const signature = "0x1234" as const;
const signed = { to: you, nonce: 0n, expiry: 9n, v: 27, r: zeroHash, s: zeroHash } as const;
const permit = { deadline: 9n, v: 27, r: zeroHash, s: zeroHash };
const game = { commitment: zeroHash, party: 0n, clock: 0n, place: 0n, expect: zeroHash, pre: zeroHash };
const disputed = { ...claimed, ...result, spec };
const proposal = { calls: [{ target: you, value: 0n, data: "0x" as const }], description: "why" };
const record = {
  provider: me,
  sequence: 1,
  capabilities: 3n,
  memoryClass: 2,
  expiry: 9,
  pricePerHour: 1n,
  endpoint: "https://localhost",
};
const [round, project, provider] = [0n, 0n, you];
const item = { job: { terms, spec }, initial: false, roots: [zeroHash], tensor: 0, index: 0, fee: 1n };

type Prepared = PreparedCall | Promise<PreparedCall>;
const move = (functionName: string) => () => {
  const { inputs } = contracts.RefereedDispute!.find(({ name }) => name === functionName)!;
  return client.prepareMove({ functionName, args: inputs.map(zero) } as never);
};

const ACTIONS: Record<string, Record<string, () => Prepared>> = {
  JobMarketplace: {
    award: () => client.prepareAward({ terms }),
    awardBid: () => client.prepareAwardBid({ terms, bid, signature }),
    cancel: () => client.prepareCancel({ terms }),
    cancelBidding: () => client.prepareCancelBidding({ terms }),
    claim: () => client.prepareClaim({ terms }),
    claimBatch: () => client.prepareClaimBatch({ jobs: [terms, terms] }),
    claimOrder: () => client.prepareClaimOrder({ terms, spec, signature }),
    collect: () => client.prepareCollect({}),
    deposit: () => client.prepareDeposit({ account: me, amount: 1n }),
    depositWithPermit: () => client.prepareDepositWithPermit({ amount: 1n, permit }),
    expire: () => client.prepareExpire(claimed),
    finalize: () => client.prepareFinalize(submitted),
    finalizeBatch: () => client.prepareFinalizeBatch({ jobs: [submitted] }),
    placeBid: () => client.preparePlaceBid({ terms, bid, signature }),
    postBatch: () =>
      client.preparePostBatch({
        jobs: [
          { spec, price },
          { spec, price },
        ],
        lanes: [lane, { ...lane, lane: 4 }],
      }),
    postJob: () => client.preparePostJob({ spec, price, lane }),
    reject: () => client.prepareReject(submitted),
    rescue: () => client.prepareRescue(claimed),
    resolveStalled: () => client.prepareResolveStalled(submitted),
    retireLane: () => client.prepareRetireLane(lane),
    revokeSignatures: () => client.prepareRevokeSignatures(),
    submit: () => client.prepareSubmit({ ...claimed, ...result }),
    submitForClaimer: () => client.prepareSubmit({ ...claimed, ...result, claimer: you }),
    withdraw: () => client.prepareWithdraw({ amount: 1n }),
  },
  StakingManager: {
    burnForfeited: () => client.prepareBurnForfeited(),
    claimCredit: () => client.prepareClaimCredit({}),
    delegate: () => client.prepareDelegateVotes({ to: you, of: "staked" }),
    delegateBySig: () => client.prepareDelegateVotesBySignature({ ...signed, of: "staked" }),
    payAuditFund: () => client.preparePayAuditFund(),
    requestThaw: () => client.prepareRequestThaw({ amount: 1n }),
    setExposure: () => client.prepareSetExposure({ bps: 1 }),
    setOperator: () => client.prepareSetOperator({ operator: you, allowed: true }),
    stakeFor: () => client.prepareStake({ provider, amount: 1n }),
    stakeWithPermit: () => client.prepareStakeWithPermit({ amount: 1n, permit }),
    syncVotes: () => client.prepareSyncVotes({ provider }),
    withdraw: () => client.prepareWithdrawStake({}),
  },
  DelegationPools: {
    claimFees: () => client.prepareClaimFees({ provider }),
    delegateStake: () => client.prepareDelegateStake({ provider, amount: 1n }),
    redelegateStake: () => client.prepareRedelegateStake({ from: me, to: you, shares: 1n }),
    setCut: () => client.prepareSetCut({ bps: 1 }),
    syncVotes: () => client.prepareSyncVotes({ provider, delegator: me }),
    undelegateStake: () => client.prepareUndelegateStake({ provider, shares: 1n }),
    withdrawDelegation: () => client.prepareWithdrawDelegation({ provider }),
  },
  SlashingManager: {
    appeal: () => client.prepareAppealCase({ id: 0n, statement: zeroHash }),
    executeCase: () => client.prepareExecuteCase({ id: 0n }),
    lapse: () => client.prepareLapseCase({ id: 0n }),
  },
  ProviderRegistry: {
    setRecord: () => client.prepareSetRecord({ record }),
    setSignedRecord: () => client.prepareSetSignedRecord({ record, signature }),
  },
  QuadraticGrants: {
    proposeProject: () => client.prepareProposeProject({ round, beneficiary: you, asked: 1n, description: zeroHash }),
    settleProject: () => client.prepareSettleProject({ round, project }),
    sweepRound: () => client.prepareSweepRound({ round }),
    voteGrant: () => client.prepareVoteGrant({ round, project, credits: 1n }),
  },
  AssayGovernor: {
    cancel: () => client.prepareCancelProposal(proposal),
    castOverrideVote: () => client.prepareCastVote({ proposalId: 1n, side: "for", override: true }),
    castVoteBySig: () => client.prepareCastVoteBySignature({ proposalId: 1n, side: "for", voter: me, signature }),
    castVoteWithReason: () => client.prepareCastVote({ proposalId: 1n, side: "for", reason: "so" }),
    execute: () => client.prepareExecuteProposal(proposal),
    propose: () => client.preparePropose(proposal),
    queue: () => client.prepareQueueProposal(proposal),
  },
  AssayToken: {
    delegate: () => client.prepareDelegateVotes({ to: you, of: "liquid" }),
    delegateBySig: () => client.prepareDelegateVotesBySignature({ ...signed, of: "liquid" }),
  },
  Treasury: { fetchFees: () => client.prepareFetchTreasuryFees({ token: you }) },
  RefereedDispute: {
    challenge: () => client.prepareChallenge({ job: { ...disputed, terms }, last: false }),
    deposit: () => client.prepareDepositBond({ amount: 1n }),
    reclaim: () => client.prepareReclaimBond({ game, job: disputed }),
    sweep: () => client.prepareSweepBond({ game, job: disputed }),
    timeout: () => client.prepareTimeoutGame({ game }),
    withdraw: () => client.prepareWithdrawBond({ amount: 1n }),
    ...Object.fromEntries(
      ["pickElement", "pickNode", "pickOp", "pickStep", "prove", "proveChunk"].map((name) => [name, move(name)]),
    ),
    ...Object.fromEntries(
      ["revealNodes", "revealOps", "revealSteps", "revealSums", "revealTile"].map((name) => [name, move(name)]),
    ),
  },
  DataDemands: {
    answer: () => client.prepareAnswerDemand({ demander: you, dtype: 1, data: "0x00", proof: [] }),
    demand: () => client.prepareDemandData(item),
    reclaim: () => client.prepareReclaimDemand(),
  },
};

test("every function that writes has an action or a reason for having none", () => {
  const missing: string[] = [];
  for (const [contract, items] of Object.entries(contracts)) {
    if (OUTSIDE[contract]) continue;
    const known = { ...EVERYWHERE, ...EXCEPTIONS[contract], ...ACTIONS[contract] };
    for (const { name } of items.filter(isWrite)) if (!(name in known)) missing.push(`${contract}.${name}`);
  }
  assert.deepEqual(missing, []);
});

test("no row is about a function that is not there, or twice", () => {
  for (const table of [ACTIONS, EXCEPTIONS]) {
    for (const [contract, rows] of Object.entries(table)) {
      const names = new Set(contracts[contract]?.filter(isWrite).map(({ name }) => name));
      assert.deepEqual(
        Object.keys(rows).filter((name) => !names.has(name)),
        [],
        contract,
      );
    }
  }
  for (const [contract, rows] of Object.entries(ACTIONS)) {
    const both = Object.keys(rows).filter((name) => name in (EXCEPTIONS[contract] ?? {}));
    assert.deepEqual(both, [], contract);
  }
});

for (const [contract, rows] of Object.entries(ACTIONS)) {
  test(`${contract}: each action makes the call of its function, to its contract`, async () => {
    for (const [name, prepare] of Object.entries(rows)) {
      const call = await prepare();
      const selectors = contracts[contract]!.filter((found) => found.name === name).map(toFunctionSelector);
      assert.ok(selectors.includes(call.data.slice(0, 10) as `0x${string}`), `${contract}.${name}: ${call.label}`);
      assert.equal(call.to, deployment.contracts[contract]!.address, `${contract}.${name}`);
      assert.equal(call.label, `${contract}.${name}`);
      assert.equal(call.value, 0n);
    }
  });
}

test("every function that reads is read by an action or has a reason for not being", () => {
  const read = new Set(
    globSync("sdk/src/**/*.ts", { cwd: REPOSITORY, exclude: ["**/generated/**", "**/*.test.ts"] }).flatMap((path) => {
      const text = readFileSync(join(REPOSITORY, path), "utf8");
      return [...text.matchAll(/functionName: "(\w+)"/g)].map(([, name]) => name!);
    }),
  );
  const missing: string[] = [];
  const stray: string[] = [];
  for (const [contract, items] of Object.entries(contracts)) {
    if (OUTSIDE[contract]) continue;
    const views = items.filter((found) => !isWrite(found)).map(({ name }) => name);
    for (const name of views) {
      if (!read.has(name) && !PLUMBED.test(name) && !UNREAD[contract]?.[name]) missing.push(`${contract}.${name}`);
    }
    for (const name of Object.keys(UNREAD[contract] ?? {}))
      if (!views.includes(name)) stray.push(`${contract}.${name}`);
  }
  assert.deepEqual([missing, stray], [[], []]);
});
