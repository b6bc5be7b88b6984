import { encodeFunctionData } from "viem";
import type { Target } from "../../support/world.ts";
import { type Denied, initialized, own, type Row } from "./kinds.ts";

const account: Denied = { error: "AccessManagerUnauthorizedAccount" };

/** The authority, before and after the hand-over. */
export const AUTHORITY: Record<string, Row> = {
  initialize: initialized,
  upgradeToAndCall: account,
  grantRole: account,
  revokeRole: account,
  labelRole: { error: "AccessManagerUnauthorizedAccount", args: () => [7n, "role"] },
  setGrantDelay: account,
  setRoleAdmin: account,
  setRoleGuardian: account,
  setTargetAdminDelay: account,
  setTargetClosed: account,
  setTargetFunctionRole: account,
  updateAuthority: account,
  renounceRole: { error: "AccessManagerBadConfirmation" },
  // the manager asks the caller, which is no contract and has no answer
  consumeScheduledOp: { error: "nothing" },
  execute: {
    error: "AccessManagerUnauthorizedCall",
    args: ({ world }) => [world.market.address, encodeFunctionData({ ...call(world.market, "setPause"), args: [3] })],
  },
  schedule: {
    error: "AccessManagerUnauthorizedCall",
    args: ({ world }) => [
      world.market.address,
      encodeFunctionData({ ...call(world.market, "setPause"), args: [3] }),
      0,
    ],
  },
  cancel: {
    error: "AccessManagerNotScheduled",
    args: ({ world, caller }) => [
      caller,
      world.market.address,
      encodeFunctionData({ ...call(world.market, "setPause"), args: [3] }),
    ],
  },
  multicall: {
    error: "AccessManagerUnauthorizedAccount",
    args: ({ authority, caller }) => [[encodeFunctionData({ ...call(authority, "grantRole"), args: [0n, caller, 0] })]],
  },
};

const executor: Denied = { error: "GovernorOnlyExecutor" };

export const GOVERNOR: Record<string, Row> = {
  initialize: initialized,
  upgradeToAndCall: executor,
  relay: executor,
  setLateQuorumVoteExtension: executor,
  setProposalGuardian: executor,
  setProposalThreshold: executor,
  setVotingDelay: executor,
  setVotingPeriod: executor,
  updateQuorumNumerator: executor,
  updateTimelock: executor,
  propose: {
    error: "GovernorInsufficientProposerVotes",
    args: ({ world }) => [[world.market.address], [0n], ["0x"], "mine"],
  },
  cancel: { error: "GovernorUnableToCancel", args: ({ governor }) => governor.proposal },
  queue: { error: "GovernorUnexpectedProposalState", args: ({ governor }) => governor.proposal },
  execute: { error: "GovernorUnexpectedProposalState", args: ({ governor }) => governor.proposal },
  castVoteBySig: {
    error: "GovernorInvalidSignature",
    args: ({ governor, provider }) => [governor.id, 1, provider.address, `0x${"00".repeat(65)}`],
  },
  castOverrideVote: own("tokens' votes"),
  castVote: own("votes"),
  castVoteWithReason: own("votes"),
};

const role: Denied = { error: "AccessControlUnauthorizedAccount" };

export const TIMELOCK: Record<string, Row> = {
  initialize: initialized,
  upgradeToAndCall: { error: "Timelock_NotSelf" },
  schedule: role,
  scheduleBatch: role,
  cancel: role,
  grantRole: role,
  revokeRole: role,
  renounceRole: { error: "AccessControlBadConfirmation" },
  updateDelay: { error: "TimelockUnauthorizedCaller" },
  execute: { error: "TimelockUnexpectedOperationState" },
  executeBatch: { error: "TimelockUnexpectedOperationState" },
  onERC721Received: { open: "answers a question of the token standard" },
  onERC1155Received: { open: "answers a question of the token standard" },
  onERC1155BatchReceived: { open: "answers a question of the token standard" },
};

function call(target: Target, functionName: string) {
  return { abi: target.abi, functionName };
}
