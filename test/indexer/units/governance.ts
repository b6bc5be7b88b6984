import { numberToHex, zeroAddress } from "viem";
import { account, type Emitted, entities, entity, join, parameter, type Unit, word } from "./kit.ts";

const GOVERNOR = "AssayGovernor";
const TIMELOCK = "ProtocolTimelock";
const GRANTS = "QuadraticGrants";
const BRIDGE = "LinkedBridge";
const TOKEN = account(9_000);

function proposed(id: number): Emitted {
  const calls = [[account(9_001)], [7n], [""], ["0xabcdef"]];
  return [GOVERNOR, "ProposalCreated", BigInt(id), account(9_002), ...calls, 100n, 200n, `proposal ${id}`];
}

function voted(id: number, by: number, support: number, weight: bigint): Emitted {
  return [GOVERNOR, "VoteCast", account(by), BigInt(id), support, weight, "because"];
}

const setting = (handler: string, event: string, name: string, ...values: unknown[]): Unit => ({
  handler,
  events: [[GOVERNOR, event, ...values]],
  shows: [parameter(`AssayGovernor.${name}`, String(values.at(-1)))],
});

const governorUnits: readonly Unit[] = [
  {
    handler: "handleProposalCreated",
    events: [proposed(1)],
    shows: [
      entity("proposal", "1", {
        ...{ status: "CREATED", targets: [account(9_001)], values: ["7"], calldatas: ["0xabcdef"] },
        ...{ voteStart: "100", voteEnd: "200", description: "proposal 1", proposer: { id: account(9_002) } },
      }),
    ],
  },
  {
    handler: "handleProposalExtended",
    events: [proposed(2), [GOVERNOR, "ProposalExtended", 2n, 300n]],
    shows: [entity("proposal", "2", { voteEnd: "300" })],
  },
  {
    handler: "handleProposalQueued",
    events: [proposed(3), [GOVERNOR, "ProposalQueued", 3n, 400n]],
    shows: [entity("proposal", "3", { status: "QUEUED", eta: "400", operation: null })],
  },
  {
    handler: "handleProposalCanceled",
    events: [proposed(4), [GOVERNOR, "ProposalCanceled", 4n]],
    shows: [entity("proposal", "4", { status: "CANCELED" })],
  },
  {
    handler: "handleProposalExecuted",
    events: [proposed(5), [GOVERNOR, "ProposalExecuted", 5n]],
    shows: [entity("proposal", "5", { status: "EXECUTED" })],
  },
  {
    handler: "handleVoteCast",
    events: [proposed(6), voted(6, 9_010, 1, 30n), voted(6, 9_011, 0, 20n), voted(6, 9_012, 2, 10n)],
    shows: [
      entity("proposal", "6", { forVotes: "30", againstVotes: "20", abstainVotes: "10" }),
      entities("votes", `voter: "${account(9_010)}"`, {
        support: "FOR",
        weight: "30",
        reason: "because",
        override: false,
      }),
    ],
  },
  {
    handler: "handleOverrideVoteCast",
    events: [proposed(7), [GOVERNOR, "OverrideVoteCast", account(9_013), 7n, 0, 5n, "not with mine"]],
    shows: [
      entity("proposal", "7", { againstVotes: "5" }),
      entities("votes", `voter: "${account(9_013)}"`, { support: "AGAINST", override: true }),
    ],
  },
  {
    handler: "handleVoteReduced",
    events: [proposed(8), voted(8, 9_014, 1, 30n), [GOVERNOR, "VoteReduced", account(9_014), 8n, 1, 12n]],
    shows: [
      entity("proposal", "8", { forVotes: "18", reductions: [{ weight: "12", support: "FOR" }] }),
      entities("votes", `voter: "${account(9_014)}"`, { weight: "30", reduced: "12" }),
    ],
  },
  setting("handleVotingDelaySet", "VotingDelaySet", "votingDelay", 1n, 120n),
  setting("handleVotingPeriodSet", "VotingPeriodSet", "votingPeriod", 1n, 3_600n),
  setting("handleProposalThresholdSet", "ProposalThresholdSet", "proposalThreshold", 1n, 99n),
  setting("handleQuorumNumeratorUpdated", "QuorumNumeratorUpdated", "quorumNumerator", 3n, 4n),
  setting("handleLateQuorumVoteExtensionSet", "LateQuorumVoteExtensionSet", "lateQuorumVoteExtension", 1n, 600n),
  setting("handleProposalGuardianSet", "ProposalGuardianSet", "proposalGuardian", zeroAddress, account(9_020)),
];

function scheduled(number: number, index: bigint): Emitted {
  return [TIMELOCK, "CallScheduled", word(number), index, account(9_030), 3n, "0x0102", word(0), 7_200n];
}

const timelockUnits: readonly Unit[] = [
  {
    handler: "handleCallScheduled",
    events: [scheduled(901, 0n), scheduled(901, 1n)],
    shows: [
      entity("timelockOperation", word(901), {
        ...{ status: "SCHEDULED", delay: "7200", salt: numberToHex(0, { size: 32 }) },
        calls: [
          { index: 0, target: account(9_030), value: "3", data: "0x0102", executed: false },
          { index: 1, target: account(9_030), value: "3", data: "0x0102", executed: false },
        ],
      }),
    ],
  },
  {
    handler: "handleCallSalt",
    events: [scheduled(902, 0n), [TIMELOCK, "CallSalt", word(902), word(77)]],
    shows: [entity("timelockOperation", word(902), { salt: word(77) })],
  },
  {
    handler: "handleCallExecuted",
    events: [scheduled(903, 0n), [TIMELOCK, "CallExecuted", word(903), 0n, account(9_030), 3n, "0x0102"]],
    shows: [entity("timelockOperation", word(903), { status: "EXECUTED", calls: [{ executed: true }] })],
  },
  {
    handler: "handleCancelled",
    events: [scheduled(904, 0n), [TIMELOCK, "Cancelled", word(904)]],
    shows: [entity("timelockOperation", word(904), { status: "CANCELLED", calls: [{ executed: false }] })],
  },
  {
    handler: "handleMinDelayChange",
    events: [[TIMELOCK, "MinDelayChange", 1n, 7_200n]],
    shows: [parameter("ProtocolTimelock.minDelay", "7200")],
  },
  {
    handler: "handleRangeSet",
    events: [["ParameterCouncil", "RangeSet", account(9_040), "0x11223344", 5n, 50n]],
    shows: [entity("councilRange", join(account(9_040), "0x11223344"), { min: "5", max: "50", movedAt: "0" })],
  },
  {
    handler: "handleCouncilMoved",
    events: [
      ["ParameterCouncil", "RangeSet", account(9_041), "0x11223344", 5n, 50n],
      ["ParameterCouncil", "Moved", account(9_041), "0x11223344", 42n],
    ],
    shows: [entity("councilRange", join(account(9_041), "0x11223344"), { max: "50", moves: [{ value: "42" }] })],
  },
  {
    handler: "handleRoleGranted",
    events: [
      ["ProtocolAuthority", "RoleGranted", 2n, account(9_050), 10, 1_000, true],
      ["ProtocolAuthority", "RoleGranted", 2n, account(9_050), 20, 2_000, false],
    ],
    shows: [
      entity("roleMember", join(numberToHex(2, { size: 8 }), account(9_050)), {
        active: true,
        delay: "20",
        since: "1000",
      }),
    ],
  },
  {
    handler: "handleRoleRevoked",
    events: [
      ["ProtocolAuthority", "RoleGranted", 3n, account(9_051), 10, 1_000, true],
      ["ProtocolAuthority", "RoleRevoked", 3n, account(9_051)],
    ],
    shows: [entity("roleMember", join(numberToHex(3, { size: 8 }), account(9_051)), { active: false, delay: "0" })],
  },
];

const moneyUnits: readonly Unit[] = [
  {
    handler: "handleTransfer",
    events: [
      ["AssayToken", "Transfer", zeroAddress, account(9_060), 100n],
      ["AssayToken", "Transfer", account(9_060), account(9_061), 30n],
      ["AssayToken", "Transfer", account(9_061), zeroAddress, 10n],
    ],
    shows: [
      entity("tokenHolder", account(9_060), { balance: "70" }),
      entity("tokenHolder", account(9_061), { balance: "20" }),
      entity("protocol", "protocol", { supply: "90", burned: "10" }),
    ],
  },
  {
    handler: "handleDelegateChanged",
    events: [
      ["AssayToken", "DelegateChanged", account(9_062), zeroAddress, account(9_063)],
      ["AssayToken", "DelegateChanged", account(9_064), account(9_063), zeroAddress],
    ],
    shows: [
      entity("tokenHolder", account(9_062), { representative: { id: account(9_063) }, stakedRepresentative: null }),
      entity("tokenHolder", account(9_064), { representative: null }),
    ],
  },
  {
    handler: "handleDelegateVotesChanged",
    events: [["AssayToken", "DelegateVotesChanged", account(9_065), 1n, 88n]],
    shows: [entity("tokenHolder", account(9_065), { votes: "88", stakedVotes: "0" })],
  },
  {
    handler: "handleFeesFetched",
    events: [["Treasury", "FeesFetched", account(9_070), 4n]],
    shows: [entities("payments", `token: "${account(9_070)}"`, { kind: "TREASURY_FETCH", amount: "4" })],
  },
  {
    handler: "handlePaid",
    events: [["Treasury", "Paid", account(9_071), account(9_072), 6n]],
    shows: [entity("treasuryAccount", account(9_071), { paid: "6", granted: "0" })],
  },
  {
    handler: "handleGranted",
    events: [["Treasury", "Granted", 5n, account(9_073), account(9_074), account(9_075), 60n, 1_000n, 2_000n]],
    shows: [
      entity("treasuryAccount", account(9_073), { paid: "0", granted: "60" }),
      entity("treasuryGrant", "5", {
        beneficiary: account(9_074),
        wallet: account(9_075),
        start: "1000",
        duration: "2000",
      }),
    ],
  },
];

const opened = (round: bigint): Emitted => [GRANTS, "RoundOpened", round, TOKEN, 1_000n, 1n, 2n, 3n, 4n];
const project = (round: bigint, number: bigint): Emitted => [
  ...([GRANTS, "ProjectProposed", round, number] as const),
  ...([account(9_081), account(9_082), 500n, word(981)] as const),
];

const grantUnits: readonly Unit[] = [
  {
    handler: "handleRoundOpened",
    events: [opened(1n)],
    shows: [
      entity("grantRound", "1", {
        budget: "1000",
        bond: "1",
        snapshot: "2",
        votingStart: "3",
        votingEnd: "4",
        swept: false,
      }),
    ],
  },
  {
    handler: "handleProjectProposed",
    events: [opened(2n), project(2n, 0n), project(2n, 1n)],
    shows: [
      entity("grantRound", "2", { projectCount: 2 }),
      entity("grantProject", "2.1", { beneficiary: account(9_081), proposer: account(9_082), asked: "500" }),
    ],
  },
  {
    handler: "handleGrantVoted",
    events: [opened(3n), project(3n, 0n), [GRANTS, "GrantVoted", 3n, 0n, account(9_083), 49n, 7n]],
    shows: [
      entity("grantProject", "3.0", { votes: "7", ballots: [{ voter: account(9_083), credits: "49" }] }),
      entity("grantRound", "3", { votes: "7" }),
    ],
  },
  {
    handler: "handleProjectStruck",
    events: [opened(4n), project(4n, 0n), [GRANTS, "ProjectStruck", 4n, 0n]],
    shows: [entity("grantProject", "4.0", { struck: true, settled: false })],
  },
  {
    handler: "handleProjectSettled",
    events: [opened(5n), project(5n, 0n), [GRANTS, "ProjectSettled", 5n, 0n, 321n, true]],
    shows: [
      entity("grantProject", "5.0", { settled: true, amount: "321", bondReturned: true }),
      entity("grantRound", "5", { paid: "321" }),
    ],
  },
  {
    handler: "handleRoundSwept",
    events: [opened(6n), [GRANTS, "RoundSwept", 6n, 679n]],
    shows: [entity("grantRound", "6", { swept: true }), entities("payments", "kind: ROUND_REST", { amount: "679" })],
  },
];

const bridge = (event: string, number: bigint, ...more: unknown[]): Emitted => [BRIDGE, event, 8n, number, ...more];
const status = (id: string, kind: string, reached: string) =>
  entity("bridgeTransfer", id, { status: reached, messages: [{ kind, status: reached }] });

/** From 9,093 to 9,094 or the other way round: of the two parties, the event's third value is the indexed one. */
const transfer = (event: string, number: bigint, indexed: string, other: string) =>
  bridge(event, number, indexed, other, 70n, 1_900_000_000, 50_000, "0xc0ffee");
const content = { amount: "70", deadline: "1900000000", callGas: "50000", data: "0xc0ffee" };
const parties = { from: account(9_093), to: account(9_094) };

const bridgeUnits: readonly Unit[] = [
  {
    handler: "handleTransferSent",
    events: [transfer("TransferSent", 11n, parties.from, parties.to)],
    shows: [
      entity("bridgeTransfer", "out.8.11", { status: "SENT", direction: "OUT", ...parties, ...content }),
      status("out.8.11", "SENT", "SENT"),
    ],
  },
  {
    handler: "handleTransferQueued",
    events: [transfer("TransferQueued", 12n, parties.to, parties.from)],
    shows: [
      entity("bridgeTransfer", "in.8.12", { status: "QUEUED", direction: "IN", ...parties, ...content }),
      status("in.8.12", "QUEUED", "QUEUED"),
    ],
  },
  {
    handler: "handleTransferSentAgain",
    events: [bridge("TransferSentAgain", 1n)],
    shows: [status("out.8.1", "SENT_AGAIN", "SENT")],
  },
  {
    handler: "handleRecallSent",
    events: [bridge("RecallSent", 2n)],
    shows: [status("out.8.2", "RECALL_SENT", "SENT")],
  },
  {
    handler: "handleTransferSettled",
    events: [bridge("TransferSettled", 3n, 2), bridge("TransferSettled", 4n, 4)],
    shows: [status("out.8.3", "SETTLED", "ACCEPTED"), status("out.8.4", "SETTLED", "RETURNED")],
  },
  {
    handler: "handleTransferAccepted",
    events: [bridge("TransferAccepted", 5n, account(9_090), 50n)],
    shows: [
      entity("bridgeTransfer", "in.8.5", { status: "ACCEPTED", direction: "IN", to: account(9_090), amount: "50" }),
    ],
  },
  {
    handler: "handleTransferRefused",
    events: [bridge("TransferRefused", 6n, "0xdeadbeef")],
    shows: [entity("bridgeTransfer", "in.8.6", { status: "REFUSED", reason: "0xdeadbeef" })],
  },
  {
    handler: "handleReceiptsSent",
    events: [bridge("TransferRefused", 7n, "0x00000000"), [BRIDGE, "ReceiptsSent", 8n, [7n, 9n], [false, true]]],
    shows: [
      entity("bridgeTransfer", "in.8.7", {
        status: "REFUSED",
        messages: [{ kind: "REFUSED" }, { kind: "RECEIPT_SENT" }],
      }),
      entity("bridgeTransfer", "in.8.9", { messages: [{ kind: "RECEIPT_SENT" }] }),
    ],
  },
  {
    handler: "handleLimitSet",
    events: [[BRIDGE, "LimitSet", 8n, 1_000n, 3_600]],
    shows: [parameter("LinkedBridge.capacity:8", "1000"), parameter("LinkedBridge.window:8", "3600")],
  },
  {
    handler: "handleBridgePauseSet",
    events: [[BRIDGE, "PauseSet", 0, 1]],
    shows: [parameter("LinkedBridge.pauseBits", "1")],
  },
];

export const governanceUnits: readonly Unit[] = [
  ...governorUnits,
  ...timelockUnits,
  ...moneyUnits,
  ...grantUnits,
  ...bridgeUnits,
];
