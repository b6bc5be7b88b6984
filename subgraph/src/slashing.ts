import { BigInt, ethereum } from "@graphprotocol/graph-ts";
import {
  AppealRefused,
  CaseAppealed,
  CaseExecuted,
  CaseLapsed,
  CaseOpened,
  CaseVetoed,
  DelaySet,
} from "../generated/SlashingManager/SlashingManager";
import { CaseEvent, SlashingCase } from "../generated/schema";
import { addLocked, protocol, provider, stakeTotals } from "./entities";
import { logId, position } from "./log";
import { setParameter } from "./parameters";
import { REASONS } from "./reputation";
import { stakePoint } from "./statistics";

export function handleCaseOpened(event: CaseOpened): void {
  const docket = new SlashingCase(event.params.id.toString());
  docket.provider = event.params.provider;
  docket.reason = REASONS[event.params.reason];
  docket.victim = event.params.victim;
  docket.amount = event.params.amount;
  docket.evidence = event.params.evidence;
  docket.openedAt = event.block.timestamp;
  hold(docket, docket.amount);
  move(docket, "OPEN", event.params.deadline, event);
}

export function handleCaseAppealed(event: CaseAppealed): void {
  const docket = SlashingCase.load(event.params.id.toString())!;
  docket.statement = event.params.statement;
  move(docket, "APPEALED", event.params.deadline, event);
}

export function handleAppealRefused(event: AppealRefused): void {
  move(SlashingCase.load(event.params.id.toString())!, "UPHELD", event.params.deadline, event);
}

export function handleCaseExecuted(event: CaseExecuted): void {
  const docket = SlashingCase.load(event.params.id.toString())!;
  docket.execution = event.transaction.hash;
  end(docket, "EXECUTED", event);
}

export function handleCaseVetoed(event: CaseVetoed): void {
  acquit(event.params.id, "VETOED", event);
}

export function handleCaseLapsed(event: CaseLapsed): void {
  acquit(event.params.id, "LAPSED", event);
}

export function handleDelaySet(event: DelaySet): void {
  const totals = protocol();
  totals.slashingDelay = event.params.current;
  totals.save();
  setParameter("SlashingManager", "delay", "", event.params.current.toString(), event);
}

function acquit(id: BigInt, status: string, event: ethereum.Event): void {
  const docket = SlashingCase.load(id.toString())!;
  hold(docket, docket.amount.neg());
  end(docket, status, event);
}

function hold(docket: SlashingCase, amount: BigInt): void {
  const stakes = stakeTotals();
  const worker = provider(docket.provider);
  addLocked(worker, amount, stakes);
  worker.save();
  stakePoint(stakes);
  stakes.save();
}

function end(docket: SlashingCase, status: string, event: ethereum.Event): void {
  docket.endedAt = event.block.timestamp;
  move(docket, status, null, event);
}

function move(docket: SlashingCase, status: string, deadline: BigInt | null, event: ethereum.Event): void {
  docket.status = status;
  if (deadline) docket.deadline = deadline;
  docket.save();
  const entry = new CaseEvent(logId(event));
  entry.slashingCase = docket.id;
  entry.status = status;
  entry.deadline = deadline;
  entry.actor = event.transaction.from;
  entry.position = position(event);
  entry.transaction = event.transaction.hash;
  entry.time = event.block.timestamp;
  entry.save();
}
