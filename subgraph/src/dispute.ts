import { BigInt, Bytes, crypto, ethereum } from "@graphprotocol/graph-ts";
import {
  BondForfeited,
  BondReclaimed,
  BondSwept,
  Challenged,
  Deposited,
  Moved,
  ResultRejected,
  Revealed,
  Withdrawn,
} from "../generated/RefereedDispute/RefereedDispute";
import { Dispute, DisputeCredit, DisputeGame, DisputeMove, Job } from "../generated/schema";
import { protocol, ZERO } from "./entities";
import { logId, NO_WORD, NOBODY, position } from "./log";
import { field, toBytes } from "./terms";
import { pay, record } from "./timeline";

// not Bytes.empty(), which is four zero bytes
const NOTHING = new Bytes(0);
const ANSWERED = BigInt.fromI32(1);
/** Levels by their number in contracts/verification/dispute/DisputeTypes.sol. */
const LEVELS: string[] = ["NONE", "TREE", "SEGMENT", "OPS", "TILES", "TILE", "PREFIX", "PROOF"];

export function handleChallenged(event: Challenged): void {
  const job = Job.load(event.params.job)!;
  const dispute = disputeOf(event.params.commitment, job, event);
  dispute.opened += 1;
  dispute.live += 1;
  dispute.save();

  const challenger = event.params.challenger;
  const game = new DisputeGame(dispute.id.concat(challenger));
  game.dispute = dispute.id;
  game.challenger = challenger;
  game.status = "LIVE";
  game.bond = event.params.bond;
  stand(game, ZERO, ZERO, NOTHING, NOTHING);
  game.save();
  // the bond comes out of the credit first
  const credit = creditOf(challenger);
  credit.amount = credit.amount.gt(game.bond) ? credit.amount.minus(game.bond) : ZERO;
  credit.save();
  record(job, "CHALLENGED", challenger, game.bond, event);
  const move = moveOf(dispute.id, "CHALLENGED", challenger, event);
  move.game = game.id;
  move.amount = game.bond;
  move.save();
}

export function handleGameMoved(event: Moved): void {
  const challenger = event.params.challenger;
  const game = DisputeGame.load(event.params.commitment.concat(challenger))!;
  stand(game, event.params.clock, event.params.place, event.params.expect, event.params.pre);
  game.save();
  saveStand(moveOf(game.dispute, "MOVED", challenger, event), game);
}

export function handleRevealed(event: Revealed): void {
  const dispute = Dispute.load(event.params.commitment)!;
  const move = moveOf(dispute.id, "REVEALED", dispute.provider, event);
  move.data = event.params.data;
  move.key = event.params.key;
  if (event.params.clock.isZero()) {
    // to all games that stand under the key: none of them moves
    move.save();
    return;
  }
  const game = liveGame(dispute);
  const expect: Bytes = event.params.expect == NO_WORD ? game.expect : event.params.expect;
  stand(game, event.params.clock, game.place.plus(ANSWERED), expect, game.pre);
  game.save();
  saveStand(move, game);
}

export function handleResultRejected(event: ResultRejected): void {
  const dispute = Dispute.load(event.params.commitment)!;
  dispute.outcome = "REJECTED";
  dispute.payee = event.params.payee;
  dispute.byTimeout = event.params.byTimeout;
  dispute.decidedAt = event.block.timestamp;
  dispute.save();
  record(Job.load(dispute.job)!, "CONVICTED", event.params.payee, null, event);
  const move = moveOf(dispute.id, "CONVICTED", event.params.payee, event);
  move.byTimeout = event.params.byTimeout;
  move.save();
}

export function handleChallengeForfeited(event: BondForfeited): void {
  const dispute = Dispute.load(event.params.commitment)!;
  dispute.live -= 1;
  dispute.save();
  close(dispute, event.params.challenger, "FORFEITED", "FORFEITED", event.params.bond, event);
}

export function handleBondReclaimed(event: BondReclaimed): void {
  const dispute = Dispute.load(event.params.commitment)!;
  addDisputeCredit(event.params.challenger, event.params.bond);
  close(dispute, event.params.challenger, "CLOSED", "RECLAIMED", event.params.bond, event);
}

export function handleBondSwept(event: BondSwept): void {
  const dispute = Dispute.load(event.params.commitment)!;
  const challenger = event.params.challenger;
  addDisputeCredit(dispute.provider, event.params.toProvider);
  close(dispute, challenger, "CLOSED", "SWEPT", event.params.toProvider, event);
  pay("BOND_BURN", protocol().asy, challenger, NOBODY, event.params.burned, event);
}

export function handleCreditDeposited(event: Deposited): void {
  addDisputeCredit(event.params.account, event.params.amount);
}

export function handleCreditWithdrawn(event: Withdrawn): void {
  addDisputeCredit(event.params.account, event.params.amount.neg());
}

function disputeOf(commitment: Bytes, job: Job, event: ethereum.Event): Dispute {
  let found = Dispute.load(commitment);
  if (!found) {
    const totals = protocol();
    totals.disputes += 1;
    totals.save();
    found = new Dispute(commitment);
    found.job = job.id;
    found.provider = job.provider!;
    found.outcome = "OPEN";
    found.opened = 0;
    found.live = 0;
    found.openedAt = event.block.timestamp;
  }
  return found;
}

/** The provider answers in a game itself only where no other one is live (DSP-72). */
function liveGame(dispute: Dispute): DisputeGame {
  const games = dispute.games.load();
  for (let i = 0; i < games.length; i++) if (games[i].status == "LIVE") return games[i];
  return games[0];
}

function close(
  dispute: Dispute,
  challenger: Bytes,
  status: string,
  kind: string,
  amount: BigInt,
  event: ethereum.Event,
): void {
  const game = DisputeGame.load(dispute.id.concat(challenger))!;
  game.status = status;
  game.save();
  const move = moveOf(dispute.id, kind, challenger, event);
  move.game = game.id;
  move.amount = amount;
  move.save();
}

function moveOf(dispute: Bytes, kind: string, actor: Bytes, event: ethereum.Event): DisputeMove {
  const move = new DisputeMove(logId(event));
  move.dispute = dispute;
  move.kind = kind;
  move.actor = actor;
  move.level = LEVELS[0];
  move.place = ZERO;
  move.clock = ZERO;
  move.expect = NOTHING;
  move.key = NOTHING;
  move.data = NOTHING;
  move.amount = ZERO;
  move.byTimeout = false;
  move.position = position(event);
  move.transaction = event.transaction.hash;
  move.time = event.block.timestamp;
  return move;
}

function saveStand(move: DisputeMove, game: DisputeGame): void {
  move.game = game.id;
  move.level = game.level;
  move.place = game.place;
  move.clock = game.clock;
  move.expect = game.expect;
  move.key = game.key;
  move.save();
}

/** The words of contracts/verification/dispute/Places.sol and Clocks.sol. */
function stand(game: DisputeGame, clock: BigInt, place: BigInt, expect: Bytes, pre: Bytes): void {
  game.clock = clock;
  game.place = place;
  game.expect = expect;
  game.pre = pre;
  game.key = keyOf(game);
  game.level = LEVELS[field(place, 240, 8).toI32()];
  game.step = field(place, 200, 40);
  game.op = field(place, 192, 8).toI32();
  game.height = field(place, 184, 8).toI32();
  game.node = field(place, 144, 40);
  game.leaves = field(place, 104, 40);
  game.dtype = field(place, 96, 8).toI32();
  game.rows = field(place, 64, 32);
  game.cols = field(place, 32, 32);
  game.chunks = field(place, 24, 8).toI32();
  game.element = field(place, 16, 8).toI32();
  game.answered = (field(place, 0, 8).toI32() & 1) == 1;
  game.movedAt = field(clock, 216, 40);
  game.providerUsed = field(clock, 184, 32);
  game.challengerUsed = field(clock, 152, 32);
}

/** DSP-20: H(0x0c, commitment, place, expect, pre). */
function keyOf(game: DisputeGame): Bytes {
  const what = game.dispute.concat(toBytes(game.place, 32)).concat(game.expect).concat(game.pre);
  return Bytes.fromByteArray(crypto.keccak256(Bytes.fromHexString("0x0c").concat(what)));
}

function creditOf(account: Bytes): DisputeCredit {
  let found = DisputeCredit.load(account);
  if (!found) {
    found = new DisputeCredit(account);
    found.amount = ZERO;
  }
  return found;
}

function addDisputeCredit(account: Bytes, amount: BigInt): void {
  if (amount.isZero()) return;
  const credit = creditOf(account);
  credit.amount = credit.amount.plus(amount);
  credit.save();
}
