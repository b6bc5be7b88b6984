export {
  assayGovernorAbi,
  assayTokenAbi,
  axelarGatewayAdapterAbi,
  dataDemandsAbi,
  delegationPoolsAbi,
  erc20Abi,
  erc20PermitAbi,
  errorsAbi,
  homeBridgeAbi,
  jobHubAbi,
  jobMarketplaceAbi,
  oneStepJudgeAbi,
  optimisticWindowAbi,
  parameterCouncilAbi,
  priceFeedsAbi,
  protocolAuthorityAbi,
  protocolTimelockAbi,
  providerRegistryAbi,
  quadraticGrantsAbi,
  refereedDisputeAbi,
  remoteJobPortalAbi,
  reputationRegistryAbi,
  satelliteBridgeAbi,
  satelliteTokenAbi,
  slashingManagerAbi,
  stakingManagerAbi,
  treasuryAbi,
  upkeepCoordinatorAbi,
  verificationHubAbi,
} from "./abis.ts";
export { type AppealCaseArgs, appealCase, prepareAppealCase } from "./actions/appealCase.ts";
export { type ApproveArgs, approve, prepareApprove } from "./actions/approve.ts";
export {
  award,
  awardBid,
  type BiddingArgs,
  cancelBidding,
  placeBid,
  prepareAward,
  prepareAwardBid,
  prepareCancelBidding,
  preparePlaceBid,
  type SignedBidArgs,
} from "./actions/bidding.ts";
export { burnForfeited, prepareBurnForfeited } from "./actions/burnForfeited.ts";
export { cancelJob, prepareCancel } from "./actions/cancelJob.ts";
export { cancelProposal, prepareCancelProposal } from "./actions/cancelProposal.ts";
export { type CastVoteArgs, castVote, prepareCastVote } from "./actions/castVote.ts";
export { castVoteBySignature, prepareCastVoteBySignature } from "./actions/castVoteBySignature.ts";
export { type ChallengeArgs, challengeResult, prepareChallenge } from "./actions/challengeResult.ts";
export { type ClaimBatchArgs, claimBatch, prepareClaimBatch } from "./actions/claimBatch.ts";
export { type ClaimCreditArgs, claimCredit, prepareClaimCredit } from "./actions/claimCredit.ts";
export { type ClaimFeesArgs, claimFees, prepareClaimFees } from "./actions/claimFees.ts";
export { type ClaimArgs, claimJob, prepareClaim } from "./actions/claimJob.ts";
export { type ClaimOrderArgs, claimOrder, prepareClaimOrder } from "./actions/claimOrder.ts";
export { type CollectArgs, collect, prepareCollect } from "./actions/collect.ts";
export {
  type AnswerDemandArgs,
  answerDemand,
  type DataDemand,
  type DemandDataArgs,
  demandData,
  getDemand,
  prepareAnswerDemand,
  prepareDemandData,
  prepareReclaimDemand,
  reclaimDemand,
} from "./actions/dataDemands.ts";
export { type DelegateStakeArgs, delegateStake, prepareDelegateStake } from "./actions/delegateStake.ts";
export { type DelegateVotesArgs, delegateVotes, prepareDelegateVotes } from "./actions/delegateVotes.ts";
export { delegateVotesBySignature, prepareDelegateVotesBySignature } from "./actions/delegateVotesBySignature.ts";
export { type DepositArgs, deposit, prepareDeposit, prepareDepositWithPermit } from "./actions/deposit.ts";
export { type DepositBondArgs, depositBond, prepareDepositBond } from "./actions/depositBond.ts";
export { executeCase, prepareExecuteCase } from "./actions/executeCase.ts";
export { executeProposal, prepareExecuteProposal } from "./actions/executeProposal.ts";
export { type ExpireArgs, expireJob, prepareExpire } from "./actions/expireJob.ts";
export {
  type EligibilityExplanation,
  type ExplainEligibilityArgs,
  explainEligibility,
} from "./actions/explainEligibility.ts";
export { explainVote, type VoteExplanation } from "./actions/explainVote.ts";
export { fetchTreasuryFees, prepareFetchTreasuryFees } from "./actions/fetchTreasuryFees.ts";
export { type FinalizeBatchArgs, finalizeBatch, MAX_BATCH, prepareFinalizeBatch } from "./actions/finalizeBatch.ts";
export { finalizeJob, prepareFinalize } from "./actions/finalizeJob.ts";
export { getBalance, type MarketBalance } from "./actions/getBalance.ts";
export { caseStatuses, getCase, type SlashCase, slashReasons } from "./actions/getCase.ts";
export { type DelegationInfo, getDelegation, getPool, type PoolInfo } from "./actions/getDelegation.ts";
export { type Docket, getDocket } from "./actions/getDocket.ts";
export { type GetEventsArgs, getEvents } from "./actions/getEvents.ts";
export { type GameInfo, getGame } from "./actions/getGame.ts";
export { getHoldings, type Holdings } from "./actions/getHoldings.ts";
export { type GetJobArgs, getJob } from "./actions/getJob.ts";
export { getProposal } from "./actions/getProposal.ts";
export { getRecord, type RecordInfo } from "./actions/getRecord.ts";
export { getReputation, type ReputationInfo } from "./actions/getReputation.ts";
export {
  countRounds,
  explainGrantVote,
  type GrantProject,
  type GrantRound,
  type GrantVoice,
  getRound,
} from "./actions/getRound.ts";
export { getStake, type StakeInfo } from "./actions/getStake.ts";
export { getTimelockOperation, type TimelockOperation } from "./actions/getTimelockOperation.ts";
export { type Grant, getTreasury, type TreasuryAccount } from "./actions/getTreasury.ts";
export { getVotes, type VotesInfo } from "./actions/getVotes.ts";
export {
  type ProjectArgs,
  type ProposeProjectArgs,
  prepareProposeProject,
  prepareSettleProject,
  prepareSweepRound,
  prepareVoteGrant,
  proposeProject,
  settleProject,
  sweepRound,
  type VoteGrantArgs,
  voteGrant,
} from "./actions/grants.ts";
export { lapseCase, prepareLapseCase } from "./actions/lapseCase.ts";
export {
  type LensJob,
  viewAccounting,
  viewJobs,
  viewLanes,
  viewParameters,
  viewPosition,
  viewProviders,
} from "./actions/lens.ts";
export { listCases } from "./actions/listCases.ts";
export { type ListJobsArgs, listJobs } from "./actions/listJobs.ts";
export { type ListProposalsArgs, listProposals } from "./actions/listProposals.ts";
export { type CastVote, listVotes } from "./actions/listVotes.ts";
export { payAuditFund, preparePayAuditFund } from "./actions/payAuditFund.ts";
export { type ChallengerMove, type ProviderMove, playMove, prepareMove } from "./actions/playMove.ts";
export { type PostBatchArgs, postBatch, preparePostBatch } from "./actions/postBatch.ts";
export { postJob } from "./actions/postJob.ts";
export { type PreparedPosting, preparePostJob } from "./actions/preparePostJob.ts";
export {
  type BidPrice,
  type BidWeights,
  type Demands,
  type DollarPrice,
  type PostJobArgs,
  type PreparedJob,
  prepareTerms,
  type RampPrice,
  type SpecToPost,
} from "./actions/prepareTerms.ts";
export { preparePropose, propose } from "./actions/propose.ts";
export { prepareQueueProposal, queueProposal } from "./actions/queueProposal.ts";
export { type Quote, quoteJob } from "./actions/quoteJob.ts";
export { prepareReclaimBond, type ReclaimBondArgs, reclaimBond } from "./actions/reclaimBond.ts";
export { prepareRedelegateStake, type RedelegateStakeArgs, redelegateStake } from "./actions/redelegateStake.ts";
export { prepareReject, rejectJob } from "./actions/rejectJob.ts";
export { prepareRequestThaw, requestThaw } from "./actions/requestThaw.ts";
export { prepareRescue, type RescueArgs, rescueJob } from "./actions/rescueJob.ts";
export { prepareResolveStalled, resolveStalled } from "./actions/resolveStalled.ts";
export {
  prepareRetireLane,
  prepareRevokeSignatures,
  retireLane,
  revokeSignatures,
} from "./actions/revokeSignatures.ts";
export { prepareSetCut, type SetCutArgs, setCut } from "./actions/setCut.ts";
export { prepareSetExposure, type SetExposureArgs, setExposure } from "./actions/setExposure.ts";
export { prepareSetOperator, type SetOperatorArgs, setOperator } from "./actions/setOperator.ts";
export {
  prepareSetRecord,
  prepareSetSignedRecord,
  type SetRecordArgs,
  type SetSignedRecordArgs,
  setRecord,
  setSignedRecord,
} from "./actions/setRecord.ts";
export { type ForkedChain, simulateProposal } from "./actions/simulateProposal.ts";
export { prepareStake, prepareStakeWithPermit, stake } from "./actions/stake.ts";
export { prepareSubmit, type SubmitArgs, submitResult } from "./actions/submitResult.ts";
export { prepareSweepBond, type SweepBondArgs, sweepBond } from "./actions/sweepBond.ts";
export { prepareSyncVotes, type SyncVotesArgs, syncVotes } from "./actions/syncVotes.ts";
export { prepareTimeoutGame, type TimeoutGameArgs, timeoutGame } from "./actions/timeoutGame.ts";
export { prepareUndelegateStake, type UndelegateStakeArgs, undelegateStake } from "./actions/undelegateStake.ts";
export { hasReached, type WaitForJobArgs, waitForJob } from "./actions/waitForJob.ts";
export { type JobChange, type WatchJobsArgs, watchJobs } from "./actions/watchJobs.ts";
export { prepareWithdraw, type WithdrawArgs, withdraw } from "./actions/withdraw.ts";
export { prepareWithdrawBond, type WithdrawBondArgs, withdrawBond } from "./actions/withdrawBond.ts";
export {
  prepareWithdrawDelegation,
  type WithdrawDelegationArgs,
  withdrawDelegation,
} from "./actions/withdrawDelegation.ts";
export { prepareWithdrawStake, type WithdrawStakeArgs, withdrawStake } from "./actions/withdrawStake.ts";
export { type AssayActions, type AssayClient, assayActions, createAssayClient } from "./client.ts";
export { bidScore } from "./codec/bidScore.ts";
export { type Capability, capabilityBits, capabilityNames, describeCapabilities } from "./codec/capabilities.ts";
export { claimNonce, dataRoot, type NonceInputs, resultCommitment, stateHash } from "./codec/commitments.ts";
export { finalizableAt, POLICY } from "./codec/finalizableAt.ts";
export * from "./codec/game.ts";
export {
  isSingleSegment,
  isWellFormedSpec,
  packJobSpec,
  segmentCount,
  specHash,
  specLimits,
  unpackJobSpec,
} from "./codec/jobSpec.ts";
export { asJobId, jobId, packJobTerms, TERMS_VERSION, unpackJobTerms } from "./codec/jobTerms.ts";
export {
  biddingLaneWord,
  claimedLaneWord,
  endedLaneWord,
  isEnded,
  laneAccepts,
  laneStatus,
  openLaneWord,
  type StandingBid,
  submittedLaneWord,
} from "./codec/laneWord.ts";
export { priceAt, priceOf, QUOTE_UNIT, quotedPrice, quoteOf } from "./codec/priceAt.ts";
export { decayRecord, type ReputationRecord, recordFailures, recordSuccess, scoreOf } from "./codec/reputation.ts";
export { packRunWord, unpackRunWord } from "./codec/runWord.ts";
export {
  type JobId,
  type JobSpec,
  type JobStatus,
  type JobTerms,
  jobStatuses,
  NO_DEMANDS,
  PRICE_RULE,
  type RunWord,
  type SpecWords,
  type TermsWords,
} from "./codec/types.ts";
export type { AssayContext, IndexEndpoint } from "./context.ts";
export {
  asAxelarAddress,
  axelarExecutableAbi,
  axelarGasServiceAbi,
  axelarGatewayAbi,
  commandIdOf,
  type GatewayMessage,
  messageIdOf,
} from "./crosschain/axelar.ts";
export { createRemoteClient, type RemoteClient } from "./crosschain/client.ts";
export type { RemoteContext, SatelliteContext, Side } from "./crosschain/context.ts";
export {
  explainTransfer,
  type IncomingStatus,
  incomingStatuses,
  type Next,
  type OutgoingStatus,
  outgoingStatuses,
  type Waiting,
} from "./crosschain/explain.ts";
export { localRelayFees, type RelayFees, type RelayRequest, relayGas, transferGas } from "./crosschain/fees.ts";
export { findMessage, type MessageStatus } from "./crosschain/messageStatus.ts";
export {
  type MessageStage,
  messagesOf,
  prepareAddFee,
  prepareExecuteMessage,
  type SentMessage,
} from "./crosschain/messages.ts";
export {
  type AxelarClient,
  type AxelarEnvironment,
  axelarEnvironments,
  axelarNetwork,
  type RelayNetwork,
} from "./crosschain/network.ts";
export type { Ticket } from "./crosschain/remoteJobRef.ts";
export type { RemoteJobInfo, RemoteResult } from "./crosschain/remoteJobStatus.ts";
export { type PostRemoteJobArgs, remoteResultOf, type SentRemoteJob } from "./crosschain/remoteJobs.ts";
export {
  type AnyDeployment,
  parseAnyDeployment,
  parseSatellite,
  type SatelliteContract,
  type SatelliteDeployment,
} from "./crosschain/satellite.ts";
export {
  type SentTransfer,
  type Transfer,
  type TransferArgs,
  type TransferRef,
  type TransferStatus,
  transferFrom,
} from "./crosschain/transfers.ts";
export {
  type AxelarEnd,
  type ContractName,
  contractNames,
  type DeployedContract,
  type Deployment,
  type OptionalContract,
  parseDeployment,
  requireContract,
} from "./deployment.ts";
export { type BallotMessage, ballotTypedData, ballotTypes, type SignedBallot, signBallot } from "./eip712/ballot.ts";
export {
  type DelegationMessage,
  delegationTypedData,
  delegationTypes,
  type SignedDelegation,
  signDelegation,
} from "./eip712/delegation.ts";
export { readDomain, type SigningDomain } from "./eip712/domain.ts";
export {
  type Bid,
  bidTypedData,
  bidTypes,
  orderTypedData,
  orderTypes,
  signBid,
  signOrder,
} from "./eip712/market.ts";
export { type PermitMessage, permitTypedData, permitTypes, type SignedPermit, signPermit } from "./eip712/permit.ts";
export { type ProviderRecord, recordTypedData, recordTypes, signRecord } from "./eip712/record.ts";
export {
  AssayError,
  type AssayErrorCode,
  type AssayErrorDetails,
  type AssayErrorKind,
  errorCodes,
  isRevert,
  type RevertReason,
} from "./errors.ts";
export { DisputeLog, type LoggedGame } from "./events/disputeLog.ts";
export {
  type ClaimedJob,
  foldJob,
  type Job,
  type JobEvent,
  type JobEventName,
  jobEventNames,
  type PostedJob,
  type SubmittedJob,
  type TimedJobEvent,
} from "./events/job.ts";
export {
  type AssayEvent,
  type EventContract,
  type EventName,
  type EventPosition,
  eventsNamed,
  type MinedLog,
  parseAssayLogs,
} from "./events/parse.ts";
export { contractNameOf, type DecodedCall, decodeCall, type ProposalCall, protocolCall } from "./governance/calls.ts";
export { contractAbis, type KnownContract } from "./governance/contractAbis.ts";
export {
  type Proposal,
  type ProposalContent,
  type ProposalState,
  proposalArgs,
  proposalId,
  proposalStates,
  timelockOperationId,
} from "./governance/proposal.ts";
export {
  type BalanceChange,
  describeSimulation,
  type ProposalSimulation,
  type RoleChange,
} from "./governance/simulation.ts";
export { type VoteSide, voteSides } from "./governance/voteSides.ts";
export type { AllowanceMethod } from "./internal/allowance.ts";
export { type FreeLane, findLane } from "./internal/lanes.ts";
export { type PreparedCall, type Sent, sendCall, simulateCall } from "./internal/send.ts";
export type { SettlementArgs } from "./internal/settlement.ts";
export { JobIndex, type JobIndexOptions } from "./jobIndex.ts";
export type * from "./query/answers.ts";
export type { AskArgs, IndexBlock, RawAnswer } from "./query/ask.ts";
export type { Found, Page, PageArgs, PageCursor } from "./query/entity.ts";
export type { Freshness, WaitForBlockArgs } from "./query/freshness.ts";
export type { QueryDelegationsArgs, QueryVotesArgs } from "./query/governance.ts";
export type { OpenJob, OpenJobsArgs, QueryJobsArgs } from "./query/jobs.ts";
export type { QueryBalancesArgs, QueryJobStatsArgs } from "./query/market.ts";
export type { OfProviderArgs, QueryProvidersArgs } from "./query/providers.ts";
export type { IndexQueries } from "./query/queries.ts";
export type { Seen, WatchArgs } from "./query/watch.ts";
export { decodeError } from "./revert/decodeError.ts";
export { revertError } from "./revert/revertError.ts";
