import { BigInt } from "@graphprotocol/graph-ts";
import {
  GrantVoted,
  ProjectProposed,
  ProjectSettled,
  ProjectStruck,
  RoundOpened,
  RoundSwept,
} from "../generated/QuadraticGrants/QuadraticGrants";
import { GrantProject, GrantRound, GrantVote } from "../generated/schema";
import { ZERO } from "./entities";
import { logId, NOBODY } from "./log";
import { pay } from "./timeline";

export function handleRoundOpened(event: RoundOpened): void {
  const round = new GrantRound(event.params.round.toString());
  round.token = event.params.token;
  round.budget = event.params.budget;
  round.bond = event.params.bond;
  round.snapshot = event.params.snapshot;
  round.votingStart = event.params.votingStart;
  round.votingEnd = event.params.votingEnd;
  round.projectCount = 0;
  round.votes = ZERO;
  round.paid = ZERO;
  round.swept = false;
  round.save();
}

export function handleProjectProposed(event: ProjectProposed): void {
  const round = GrantRound.load(event.params.round.toString())!;
  round.projectCount += 1;
  round.save();
  const project = new GrantProject(projectId(event.params.round, event.params.project));
  project.round = round.id;
  project.number = event.params.project.toI32();
  project.beneficiary = event.params.beneficiary;
  project.proposer = event.params.proposer;
  project.asked = event.params.asked;
  project.description = event.params.description;
  project.votes = ZERO;
  project.struck = false;
  project.settled = false;
  project.save();
}

export function handleGrantVoted(event: GrantVoted): void {
  const round = GrantRound.load(event.params.round.toString())!;
  round.votes = round.votes.plus(event.params.votes);
  round.save();
  const project = projectOf(event.params.round, event.params.project);
  project.votes = project.votes.plus(event.params.votes);
  project.save();
  const vote = new GrantVote(logId(event));
  vote.project = project.id;
  vote.voter = event.params.voter;
  vote.credits = event.params.credits;
  vote.votes = event.params.votes;
  vote.transaction = event.transaction.hash;
  vote.time = event.block.timestamp;
  vote.save();
}

export function handleProjectStruck(event: ProjectStruck): void {
  const project = projectOf(event.params.round, event.params.project);
  project.struck = true;
  project.save();
}

export function handleProjectSettled(event: ProjectSettled): void {
  const round = GrantRound.load(event.params.round.toString())!;
  round.paid = round.paid.plus(event.params.amount);
  round.save();
  const project = projectOf(event.params.round, event.params.project);
  project.settled = true;
  project.amount = event.params.amount;
  project.bondReturned = event.params.bondReturned;
  project.save();
  pay("PROJECT", round.token, event.address, project.beneficiary, event.params.amount, event);
}

export function handleRoundSwept(event: RoundSwept): void {
  const round = GrantRound.load(event.params.round.toString())!;
  round.swept = true;
  round.save();
  pay("ROUND_REST", round.token, event.address, NOBODY, event.params.amount, event);
}

function projectOf(round: BigInt, project: BigInt): GrantProject {
  return GrantProject.load(projectId(round, project))!;
}

function projectId(round: BigInt, project: BigInt): string {
  return round.toString() + "." + project.toString();
}
