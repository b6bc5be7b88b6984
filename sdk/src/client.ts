import type { Account, Chain, PublicClient, Transport, WalletClient } from "viem";
import { appealCase, prepareAppealCase } from "./actions/appealCase.ts";
import { approve, prepareApprove } from "./actions/approve.ts";
import {
  award,
  awardBid,
  cancelBidding,
  placeBid,
  prepareAward,
  prepareAwardBid,
  prepareCancelBidding,
  preparePlaceBid,
} from "./actions/bidding.ts";
import { burnForfeited, prepareBurnForfeited } from "./actions/burnForfeited.ts";
import { cancelJob, prepareCancel } from "./actions/cancelJob.ts";
import { cancelProposal, prepareCancelProposal } from "./actions/cancelProposal.ts";
import { castVote, prepareCastVote } from "./actions/castVote.ts";
import { castVoteBySignature, prepareCastVoteBySignature } from "./actions/castVoteBySignature.ts";
import { challengeResult, prepareChallenge } from "./actions/challengeResult.ts";
import { claimBatch, prepareClaimBatch } from "./actions/claimBatch.ts";
import { claimCredit, prepareClaimCredit } from "./actions/claimCredit.ts";
import { claimFees, prepareClaimFees } from "./actions/claimFees.ts";
import { claimJob, prepareClaim } from "./actions/claimJob.ts";
import { claimOrder, prepareClaimOrder } from "./actions/claimOrder.ts";
import { collect, prepareCollect } from "./actions/collect.ts";
import {
  answerDemand,
  demandData,
  getDemand,
  prepareAnswerDemand,
  prepareDemandData,
  prepareReclaimDemand,
  reclaimDemand,
} from "./actions/dataDemands.ts";
import { delegateStake, prepareDelegateStake } from "./actions/delegateStake.ts";
import { delegateVotes, prepareDelegateVotes } from "./actions/delegateVotes.ts";
import { delegateVotesBySignature, prepareDelegateVotesBySignature } from "./actions/delegateVotesBySignature.ts";
import { deposit, prepareDeposit, prepareDepositWithPermit } from "./actions/deposit.ts";
import { depositBond, prepareDepositBond } from "./actions/depositBond.ts";
import { executeCase, prepareExecuteCase } from "./actions/executeCase.ts";
import { executeProposal, prepareExecuteProposal } from "./actions/executeProposal.ts";
import { expireJob, prepareExpire } from "./actions/expireJob.ts";
import { explainEligibility } from "./actions/explainEligibility.ts";
import { explainVote } from "./actions/explainVote.ts";
import { fetchTreasuryFees, prepareFetchTreasuryFees } from "./actions/fetchTreasuryFees.ts";
import { finalizeBatch, prepareFinalizeBatch } from "./actions/finalizeBatch.ts";
import { finalizeJob, prepareFinalize } from "./actions/finalizeJob.ts";
import { getBalance } from "./actions/getBalance.ts";
import { getCase } from "./actions/getCase.ts";
import { getDelegation, getPool } from "./actions/getDelegation.ts";
import { getDocket } from "./actions/getDocket.ts";
import { type GetEventsArgs, getEvents } from "./actions/getEvents.ts";
import { getGame } from "./actions/getGame.ts";
import { getHoldings } from "./actions/getHoldings.ts";
import { getJob } from "./actions/getJob.ts";
import { getProposal } from "./actions/getProposal.ts";
import { getRecord } from "./actions/getRecord.ts";
import { getReputation } from "./actions/getReputation.ts";
import { countRounds, explainGrantVote, getRound } from "./actions/getRound.ts";
import { getStake } from "./actions/getStake.ts";
import { getTimelockOperation } from "./actions/getTimelockOperation.ts";
import { getTreasury } from "./actions/getTreasury.ts";
import { getVotes } from "./actions/getVotes.ts";
import {
  prepareProposeProject,
  prepareSettleProject,
  prepareSweepRound,
  prepareVoteGrant,
  proposeProject,
  settleProject,
  sweepRound,
  voteGrant,
} from "./actions/grants.ts";
import { lapseCase, prepareLapseCase } from "./actions/lapseCase.ts";
import { viewAccounting, viewJobs, viewLanes, viewParameters, viewPosition, viewProviders } from "./actions/lens.ts";
import { listCases } from "./actions/listCases.ts";
import { listJobs } from "./actions/listJobs.ts";
import { listProposals } from "./actions/listProposals.ts";
import { listVotes } from "./actions/listVotes.ts";
import { payAuditFund, preparePayAuditFund } from "./actions/payAuditFund.ts";
import { playMove, prepareMove } from "./actions/playMove.ts";
import { postBatch, preparePostBatch } from "./actions/postBatch.ts";
import { postJob } from "./actions/postJob.ts";
import { preparePostJob } from "./actions/preparePostJob.ts";
import { prepareTerms } from "./actions/prepareTerms.ts";
import { preparePropose, propose } from "./actions/propose.ts";
import { prepareQueueProposal, queueProposal } from "./actions/queueProposal.ts";
import { quoteJob } from "./actions/quoteJob.ts";
import { prepareReclaimBond, reclaimBond } from "./actions/reclaimBond.ts";
import { prepareRedelegateStake, redelegateStake } from "./actions/redelegateStake.ts";
import { prepareReject, rejectJob } from "./actions/rejectJob.ts";
import { prepareRequestThaw, requestThaw } from "./actions/requestThaw.ts";
import { prepareRescue, rescueJob } from "./actions/rescueJob.ts";
import { prepareResolveStalled, resolveStalled } from "./actions/resolveStalled.ts";
import {
  prepareRetireLane,
  prepareRevokeSignatures,
  retireLane,
  revokeSignatures,
} from "./actions/revokeSignatures.ts";
import { prepareSetCut, setCut } from "./actions/setCut.ts";
import { prepareSetExposure, setExposure } from "./actions/setExposure.ts";
import { prepareSetOperator, setOperator } from "./actions/setOperator.ts";
import { prepareSetRecord, prepareSetSignedRecord, setRecord, setSignedRecord } from "./actions/setRecord.ts";
import { simulateProposal } from "./actions/simulateProposal.ts";
import { prepareStake, prepareStakeWithPermit, stake } from "./actions/stake.ts";
import { prepareSubmit, submitResult } from "./actions/submitResult.ts";
import { prepareSweepBond, sweepBond } from "./actions/sweepBond.ts";
import { prepareSyncVotes, syncVotes } from "./actions/syncVotes.ts";
import { prepareTimeoutGame, timeoutGame } from "./actions/timeoutGame.ts";
import { prepareUndelegateStake, undelegateStake } from "./actions/undelegateStake.ts";
import { waitForJob } from "./actions/waitForJob.ts";
import { watchJobs } from "./actions/watchJobs.ts";
import { prepareWithdraw, withdraw } from "./actions/withdraw.ts";
import { prepareWithdrawBond, withdrawBond } from "./actions/withdrawBond.ts";
import { prepareWithdrawDelegation, withdrawDelegation } from "./actions/withdrawDelegation.ts";
import { prepareWithdrawStake, withdrawStake } from "./actions/withdrawStake.ts";
import type { AssayContext } from "./context.ts";
import { type Deployment, parseDeployment } from "./deployment.ts";
import { signBallot } from "./eip712/ballot.ts";
import { signDelegation } from "./eip712/delegation.ts";
import { signBid, signOrder } from "./eip712/market.ts";
import { signPermit } from "./eip712/permit.ts";
import { signRecord } from "./eip712/record.ts";
import type { AssayEvent, EventContract, EventName } from "./events/parse.ts";
import { sendCall, simulateCall } from "./internal/send.ts";
import { bindQueries, type IndexQueries } from "./query/queries.ts";

const actions = {
  approve,
  burnForfeited,
  cancelJob,
  challengeResult,
  claimCredit,
  award,
  awardBid,
  cancelBidding,
  claimJob,
  claimOrder,
  collect,
  deposit,
  depositBond,
  expireJob,
  finalizeBatch,
  finalizeJob,
  getBalance,
  getDocket,
  getGame,
  getJob,
  getStake,
  claimFees,
  prepareClaimFees,
  delegateStake,
  prepareDelegateStake,
  redelegateStake,
  prepareRedelegateStake,
  undelegateStake,
  prepareUndelegateStake,
  withdrawDelegation,
  prepareWithdrawDelegation,
  getDelegation,
  getPool,
  listJobs,
  playMove,
  postJob,
  prepareApprove,
  prepareBurnForfeited,
  prepareCancel,
  prepareChallenge,
  prepareAward,
  prepareAwardBid,
  prepareCancelBidding,
  prepareClaim,
  prepareClaimOrder,
  preparePlaceBid,
  prepareRescue,
  prepareRetireLane,
  prepareRevokeSignatures,
  placeBid,
  rescueJob,
  retireLane,
  revokeSignatures,
  signBid,
  signOrder,
  prepareClaimCredit,
  prepareCollect,
  prepareDeposit,
  prepareDepositBond,
  prepareDepositWithPermit,
  prepareExpire,
  prepareFinalize,
  prepareFinalizeBatch,
  prepareMove,
  preparePostJob,
  prepareReclaimBond,
  prepareReject,
  prepareRequestThaw,
  prepareResolveStalled,
  prepareSetExposure,
  prepareSetOperator,
  prepareStake,
  prepareStakeWithPermit,
  prepareSubmit,
  prepareSweepBond,
  prepareTimeoutGame,
  prepareWithdraw,
  prepareWithdrawBond,
  prepareWithdrawStake,
  quoteJob,
  reclaimBond,
  rejectJob,
  castVote,
  prepareCastVote,
  explainVote,
  signBallot,
  appealCase,
  prepareAppealCase,
  cancelProposal,
  prepareCancelProposal,
  castVoteBySignature,
  prepareCastVoteBySignature,
  delegateVotes,
  prepareDelegateVotes,
  executeCase,
  prepareExecuteCase,
  executeProposal,
  prepareExecuteProposal,
  explainEligibility,
  fetchTreasuryFees,
  prepareFetchTreasuryFees,
  getCase,
  getHoldings,
  viewAccounting,
  viewJobs,
  viewLanes,
  viewParameters,
  viewPosition,
  viewProviders,
  getProposal,
  getReputation,
  getTimelockOperation,
  getTreasury,
  getVotes,
  lapseCase,
  prepareLapseCase,
  listCases,
  listProposals,
  listVotes,
  propose,
  preparePropose,
  queueProposal,
  prepareQueueProposal,
  setCut,
  prepareSetCut,
  syncVotes,
  prepareSyncVotes,
  requestThaw,
  resolveStalled,
  claimBatch,
  prepareClaimBatch,
  answerDemand,
  demandData,
  getDemand,
  prepareAnswerDemand,
  prepareDemandData,
  prepareReclaimDemand,
  reclaimDemand,
  delegateVotesBySignature,
  prepareDelegateVotesBySignature,
  getRecord,
  countRounds,
  explainGrantVote,
  getRound,
  prepareProposeProject,
  prepareSettleProject,
  prepareSweepRound,
  prepareVoteGrant,
  proposeProject,
  settleProject,
  sweepRound,
  voteGrant,
  payAuditFund,
  preparePayAuditFund,
  postBatch,
  preparePostBatch,
  prepareTerms,
  prepareSetRecord,
  prepareSetSignedRecord,
  setRecord,
  setSignedRecord,
  signDelegation,
  signRecord,
  sendCall,
  setExposure,
  setOperator,
  signPermit,
  simulateCall,
  simulateProposal,
  stake,
  submitResult,
  sweepBond,
  timeoutGame,
  waitForJob,
  watchJobs,
  withdraw,
  withdrawBond,
  withdrawStake,
};

type Actions = typeof actions;

type Bound<F> = F extends (context: AssayContext, ...args: infer A) => infer R ? (...args: A) => R : never;

/** Every action with its context already given. */
export type AssayActions = { [Name in keyof Actions]: Bound<Actions[Name]> } & {
  // generic in the event's name, which a mapped type would lose
  getEvents: <C extends EventContract, const N extends EventName<C>>(
    args: GetEventsArgs<C, N>,
  ) => Promise<AssayEvent<C, N>[]>;
  /** The questions that an index answers in one call. */
  query: IndexQueries;
};

export type AssayClient = AssayContext & AssayActions;

/**
 * Makes a client with all actions bound to it.
 * @param options.walletClient signs and sends; reads work without one
 * @param options.deployment the parsed content of `deployments/<chainId>.json`
 * @param options.index where `client.query` asks
 * @throws AssayError SDK-003 when the deployment is not valid
 */
export function createAssayClient(options: {
  publicClient: AssayContext["publicClient"];
  walletClient?: AssayContext["walletClient"];
  deployment: Deployment;
  index?: AssayContext["index"];
}): AssayClient {
  const { publicClient, walletClient, index } = options;
  const context: AssayContext = {
    publicClient,
    ...(walletClient ? { walletClient } : {}),
    ...(index ? { index } : {}),
    deployment: parseDeployment(options.deployment),
  };
  return { ...context, ...bind(context) };
}

/**
 * A decorator for viem clients with public actions, and wallet actions if it shall write:
 * `createWalletClient(...).extend(publicActions).extend(assayActions(deployment))`. The actions are found under
 * `client.assay`, since names like `getBalance` mean something else in viem.
 * @throws AssayError SDK-003 when the deployment is not valid
 */
export function assayActions(deployment: Deployment, options: { index?: AssayContext["index"] } = {}) {
  const parsed = parseDeployment(deployment);
  return (client: object): { assay: AssayActions } => {
    const hasAccount = "account" in client && client.account !== undefined;
    const context: AssayContext = {
      publicClient: client as PublicClient<Transport, Chain | undefined>,
      ...(hasAccount ? { walletClient: client as WalletClient<Transport, Chain | undefined, Account> } : {}),
      deployment: parsed,
      ...options,
    };
    return { assay: bind(context) };
  };
}

function bind(context: AssayContext): AssayActions {
  const bound: Record<string, unknown> = {
    getEvents: (args: never) => getEvents(context, args),
    query: bindQueries(context),
  };
  for (const [name, action] of Object.entries(actions)) {
    const run = action as (context: AssayContext, ...args: unknown[]) => unknown;
    bound[name] = (...args: unknown[]) => run(context, ...args);
  }
  return bound as AssayActions;
}
