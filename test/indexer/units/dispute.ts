import { keccak256, numberToHex } from "viem";
import { account, type Emitted, entities, entity, join, type Unit, word } from "./kit.ts";
import { claimed, commitment, posted, submitted, worker } from "./market.ts";

const REFEREE = "RefereedDispute";
const DEMANDS = "DataDemands";
const ZERO_WORD = numberToHex(0, { size: 32 });
/** Level 2 (a segment), step 7, operation 9, height 4; the provider's turn. */
const PLACE = (2n << 240n) | (7n << 200n) | (9n << 192n) | (4n << 184n);
/** Moved at second 1,234; the provider has used 56 seconds, the challenger 78. */
const CLOCK = (1_234n << 216n) | (56n << 184n) | (78n << 152n);

function challenged(number: number, by: number, bond = 10n): Emitted {
  return [REFEREE, "Challenged", commitment(number), account(by), word(number), bond];
}

function moved(number: number, by: number): Emitted {
  return [REFEREE, "Moved", commitment(number), account(by), CLOCK, PLACE, word(801), word(802)];
}

const game = (number: number, by: number) => join(commitment(number), account(by));
const started = (number: number) => [posted(number), claimed(number), submitted(number)] as const;

export const disputeUnits: readonly Unit[] = [
  {
    handler: "handleChallenged",
    events: [
      ...started(101),
      [REFEREE, "Deposited", account(8_001), account(8_001), 15n],
      challenged(101, 8_001),
      challenged(101, 8_002),
    ],
    shows: [
      entity("dispute", commitment(101), { outcome: "OPEN", opened: 2, live: 2, provider: { id: worker(101) } }),
      entity("disputeGame", game(101, 8_001), { status: "LIVE", bond: "10", level: "NONE" }),
      entity("disputeCredit", account(8_001), { amount: "5" }),
      entity("disputeCredit", account(8_002), { amount: "0" }),
    ],
  },
  {
    handler: "handleGameMoved",
    events: [...started(102), challenged(102, 8_003), moved(102, 8_003)],
    shows: [
      entity("disputeGame", game(102, 8_003), {
        ...{ level: "SEGMENT", step: "7", op: 9, height: 4, answered: false, expect: word(801), pre: word(802) },
        ...{ movedAt: "1234", providerUsed: "56", challengerUsed: "78" },
        // DSP-20, by hand
        key: keccak256(join("0x0c", commitment(102), numberToHex(PLACE, { size: 32 }), word(801), word(802))),
      }),
    ],
  },
  {
    handler: "handleRevealed",
    events: [
      ...started(103),
      challenged(103, 8_004),
      moved(103, 8_004),
      [REFEREE, "Revealed", commitment(103), word(803), CLOCK + (1n << 216n), ZERO_WORD, "0xabcd"],
      ...started(104),
      challenged(104, 8_005),
      moved(104, 8_005),
      [REFEREE, "Revealed", commitment(104), word(804), 0n, ZERO_WORD, "0xef"],
    ],
    shows: [
      entity("disputeGame", game(103, 8_004), { answered: true, movedAt: "1235", expect: word(801) }),
      // to all games under the key: none of them moves
      entity("disputeGame", game(104, 8_005), { answered: false, movedAt: "1234" }),
      entities("disputeMoves", `dispute: "${commitment(104)}", kind: REVEALED`, { data: "0xef", key: word(804) }),
    ],
  },
  {
    handler: "handleResultRejected",
    events: [
      ...started(105),
      challenged(105, 8_006),
      [REFEREE, "ResultRejected", commitment(105), account(8_006), worker(105), true],
    ],
    shows: [
      entity("dispute", commitment(105), { outcome: "REJECTED", byTimeout: true, payee: account(8_006) }),
      entities("jobEvents", `job: "${word(105)}", kind: CONVICTED`, { actor: account(8_006) }),
    ],
  },
  {
    handler: "handleChallengeForfeited",
    events: [...started(106), challenged(106, 8_007), [REFEREE, "BondForfeited", commitment(106), account(8_007), 10n]],
    shows: [
      entity("dispute", commitment(106), { opened: 1, live: 0 }),
      entity("disputeGame", game(106, 8_007), { status: "FORFEITED" }),
    ],
  },
  {
    handler: "handleBondReclaimed",
    events: [...started(107), challenged(107, 8_008), [REFEREE, "BondReclaimed", commitment(107), account(8_008), 10n]],
    shows: [
      entity("disputeGame", game(107, 8_008), { status: "CLOSED" }),
      entity("disputeCredit", account(8_008), { amount: "10" }),
    ],
  },
  {
    handler: "handleBondSwept",
    events: [...started(108), challenged(108, 8_009), [REFEREE, "BondSwept", commitment(108), account(8_009), 6n, 4n]],
    shows: [
      entity("disputeCredit", worker(108), { amount: "6" }),
      entities("payments", `kind: BOND_BURN`, { from: account(8_009), amount: "4" }),
    ],
  },
  {
    handler: "handleCreditDeposited",
    events: [[REFEREE, "Deposited", account(8_010), account(8_011), 5n]],
    shows: [entity("disputeCredit", account(8_010), { amount: "5" })],
  },
  {
    handler: "handleCreditWithdrawn",
    events: [
      [REFEREE, "Deposited", account(8_012), account(8_012), 5n],
      [REFEREE, "Withdrawn", account(8_012), 3n],
    ],
    shows: [entity("disputeCredit", account(8_012), { amount: "2" })],
  },
  {
    handler: "handleDemanded",
    events: [
      posted(111),
      [DEMANDS, "Demanded", word(111), account(8_021), true, 3n, 4n, word(811), 5n, 6n],
      [DEMANDS, "Demanded", word(8_888), account(8_022), false, 1n, 2n, word(812), 7n, 8n],
    ],
    shows: [
      entities("dataDemands", `demander: "${account(8_021)}"`, {
        ...{ status: "OPEN", initial: true, tensor: 3, index: "4", root: word(811), fee: "5", until: "6" },
        job: { id: word(111) },
      }),
      entities("dataDemands", `demander: "${account(8_022)}"`, { job: null, jobId: word(8_888), initial: false }),
    ],
  },
  {
    handler: "handleAnswered",
    events: [
      [DEMANDS, "Demanded", word(8_889), account(8_023), false, 1n, 2n, word(813), 7n, 8n],
      [DEMANDS, "Answered", word(8_889), account(8_023), account(8_024), 2, 11n],
    ],
    shows: [
      entity("dataDemander", account(8_023), {
        open: null,
        demands: [{ status: "ANSWERED", answerer: account(8_024), dtype: 2, depth: 11 }],
      }),
    ],
  },
  {
    handler: "handleWithheld",
    events: [
      [DEMANDS, "Demanded", word(8_890), account(8_025), false, 1n, 2n, word(814), 7n, 8n],
      [DEMANDS, "Withheld", word(8_890), account(8_025), false, 1n, 2n],
    ],
    shows: [entity("dataDemander", account(8_025), { open: null, demands: [{ status: "WITHHELD", answerer: null }] })],
  },
];
