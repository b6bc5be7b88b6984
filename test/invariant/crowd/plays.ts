import type { Address } from "viem";
import { expireArgs, settleArgs, submitArgs } from "../../support/actor.ts";
import { actor, amount, type Maker, play, someJob } from "./choose.ts";
import { draft } from "./drafts.ts";
import { forbidden } from "./forbidden.ts";
import type { Phase } from "./ghost.ts";
import { OFFERS } from "./offers.ts";
import { CAST, type Play, type Stage, UNIT } from "./stage.ts";

/** Something that somebody might do: mostly sensible, often enough early, late, too much, or somebody else's. */
export function randomPlay(stage: Stage): Play {
  const total = PLAYS.reduce((sum, [weight]) => sum + weight, 0);
  let ticket = stage.random.below(total);
  for (const [weight, make] of PLAYS) {
    if (ticket < weight) return make(stage) ?? deposit(stage);
    ticket -= weight;
  }
  return deposit(stage);
}

const PLAYS: readonly (readonly [weight: number, make: Maker])[] = [
  [14, post],
  [16, claim],
  [14, submit],
  [9, (stage) => settle(stage, "finalize", "submitted")],
  [3, finalizeBatch],
  [3, cancel],
  [5, (stage) => settle(stage, "expire", "claimed")],
  [4, (stage) => settle(stage, "reject", "submitted")],
  [3, (stage) => settle(stage, "resolveStalled", "submitted")],
  [4, collect],
  [6, deposit],
  [4, withdraw],
  [4, stake],
  [3, requestThaw],
  [3, someAccount("withdraw")],
  [2, someAccount("claimCredit")],
  [2, someAccount("syncVotes")],
  [1, keeper("burnForfeited")],
  [1, keeper("payAuditFund")],
  [1, setExposure],
  [2, setOperator],
  [2, delegateVotes],
  [3, transfer],
  [6, delegateStake],
  [4, undelegateStake],
  [3, redelegateStake],
  [4, withdrawDelegation],
  [3, claimFees],
  [2, syncPoolVotes],
  [1, setCut],
  [2, openCase],
  [2, judgeCase],
  [2, endCase],
  [1, administer],
  [2, answer],
  [5, forbidden],
  ...OFFERS,
];

function post(stage: Stage): Play {
  const who = actor(stage, ...CAST.requesters);
  const job = draft(stage, who);
  return play("post", who, stage.world.market, "postJob", [job.terms, job.specWords]);
}

function claim(stage: Stage): Play | undefined {
  const one = someJob(stage, "open");
  const provider = stage.random.pick(CAST.providers);
  const who = actor(stage, provider, provider, ...CAST.operators);
  return one && play("claim", who, stage.world.market, "claim", [one.job.terms, stage.people[provider]]);
}

function submit(stage: Stage): Play | undefined {
  const one = someJob(stage, "claimed");
  if (!one) return undefined;
  const claimer = stage.people.indexOf(one.job.claimer);
  return play("submit", actor(stage, claimer < 0 ? 0 : claimer), stage.world.market, "submit", submitArgs(one.job));
}

function settle(stage: Stage, name: "finalize" | "expire" | "reject" | "resolveStalled", phase: Phase) {
  const one = someJob(stage, phase);
  const args = one && (name === "expire" ? expireArgs(one.job) : settleArgs(one.job));
  return args && play(name, stage.random.below(stage.people.length), stage.world.market, name, args);
}

function finalizeBatch(stage: Stage): Play {
  const jobs = Array.from({ length: stage.random.below(10) }, () => someJob(stage, "submitted"));
  const items = jobs.flatMap((one) =>
    one ? [{ terms: one.job.terms, run: one.job.run, commitment: one.job.commitment }] : [],
  );
  return play("finalizeBatch", CAST.keeper, stage.world.market, "finalizeBatch", [items]);
}

function cancel(stage: Stage): Play | undefined {
  const one = someJob(stage, "open");
  if (!one) return undefined;
  const requester = stage.people.indexOf(one.job.fields.requester);
  return play("cancel", actor(stage, requester), stage.world.market, "cancel", [one.job.terms]);
}

function collect(stage: Stage): Play {
  const args = [stage.random.pick(stage.tokens).address, stage.random.pick(stage.providers)];
  return play("collect", CAST.keeper, stage.world.market, "collect", args);
}

function deposit(stage: Stage): Play {
  const who = actor(stage, ...CAST.requesters);
  const args = [stage.random.pick(stage.tokens).address, stage.people[who], amount(stage, UNIT)];
  return play("deposit", who, stage.world.market, "deposit", args);
}

function withdraw(stage: Stage): Play {
  const who = actor(stage, ...CAST.requesters, ...CAST.providers, CAST.treasury);
  const args = [stage.random.pick(stage.tokens).address, stage.random.pick(stage.people), amount(stage, UNIT / 2n)];
  return play("withdraw", who, stage.world.market, "withdraw", args);
}

function stake(stage: Stage): Play {
  const who = actor(stage, ...CAST.providers);
  const args = [stage.random.pick(stage.providers), amount(stage, UNIT)];
  return play("stake", who, stage.world.staking, "stakeFor", args);
}

function requestThaw(stage: Stage): Play {
  const who = actor(stage, ...CAST.providers);
  return play("requestThaw", who, stage.world.staking, "requestThaw", [amount(stage, UNIT)]);
}

function someAccount(functionName: string): Maker {
  return (stage) =>
    play(functionName, CAST.keeper, stage.world.staking, functionName, [stage.random.pick(stage.people)]);
}

function keeper(functionName: string): Maker {
  return ({ world }) => play(functionName, CAST.keeper, world.staking, functionName, []);
}

function setExposure(stage: Stage): Play {
  const bps = stage.random.pick([0, 500, 2_000, 10_000, 10_001]);
  return play("setExposure", actor(stage, ...CAST.providers), stage.world.staking, "setExposure", [bps]);
}

function setOperator(stage: Stage): Play {
  const args = [stage.people[stage.random.pick(CAST.operators)], stage.random.chance(80)];
  return play("setOperator", actor(stage, ...CAST.providers), stage.world.staking, "setOperator", args);
}

function delegateVotes(stage: Stage): Play {
  const to = stage.random.pick([stage.world.asy, stage.world.staking]);
  const who = stage.random.below(stage.people.length);
  return play("delegate", who, to, "delegate", [stage.random.pick(stage.people)]);
}

function transfer(stage: Stage): Play {
  const who = stage.random.below(stage.people.length);
  const args = [stage.random.pick(stage.people), amount(stage, UNIT)];
  return play("transfer", who, stage.random.pick(stage.tokens), "transfer", args);
}

function delegateStake(stage: Stage): Play {
  const who = actor(stage, ...CAST.delegators);
  const args = [stage.random.pick(stage.providers), amount(stage, 2n * UNIT)];
  return play("delegateStake", who, stage.world.pools, "delegateStake", args);
}

/** Shares are counted finer than tokens, so amounts of every size are tried. */
function shares(stage: Stage): bigint {
  return amount(stage, UNIT * 10n ** BigInt(stage.random.below(7)));
}

function undelegateStake(stage: Stage): Play {
  const who = actor(stage, ...CAST.delegators);
  const args = [stage.random.pick(stage.providers), shares(stage)];
  return play("undelegateStake", who, stage.world.pools, "undelegateStake", args);
}

function redelegateStake(stage: Stage): Play {
  const who = actor(stage, ...CAST.delegators);
  const args = [stage.random.pick(stage.providers), stage.random.pick(stage.providers), shares(stage)];
  return play("redelegateStake", who, stage.world.pools, "redelegateStake", args);
}

function withdrawDelegation(stage: Stage): Play {
  const args = [stage.random.pick(stage.providers), stage.people[actor(stage, ...CAST.delegators)]];
  return play("withdrawDelegation", CAST.keeper, stage.world.pools, "withdrawDelegation", args);
}

function claimFees(stage: Stage): Play {
  const account = stage.people[actor(stage, ...CAST.delegators)];
  const args = [stage.random.pick(stage.providers), stage.random.pick(stage.tokens).address, account];
  return play("claimFees", CAST.keeper, stage.world.pools, "claimFees", args);
}

function syncPoolVotes(stage: Stage): Play {
  const args = [stage.random.pick(stage.providers), stage.random.pick(stage.people)];
  return play("syncPoolVotes", CAST.keeper, stage.world.pools, "syncVotes", args);
}

function setCut(stage: Stage): Play {
  return play("setCut", actor(stage, ...CAST.providers), stage.world.pools, "setCut", [stage.random.below(10_100)]);
}

function openCase(stage: Stage): Play {
  const { random, world, people, providers } = stage;
  const evidence = `0x${"22".repeat(32)}`;
  const args = [random.between(0, 5), random.pick(providers), random.pick(people), amount(stage, UNIT), evidence];
  return play("openCase", CAST.admin, world.slashing, "openCase", args);
}

function judgeCase(stage: Stage): Play {
  const id = someCase(stage);
  const step = stage.random.pick(["appeal", "refuseAppeal", "veto"] as const);
  const provider = stage.ghost.cases.get(id)?.provider as Address | undefined;
  const owner = provider ? stage.people.indexOf(provider) : CAST.keeper;
  const args = step === "appeal" ? [id, `0x${"33".repeat(32)}`] : [id];
  return play(step, step === "appeal" ? actor(stage, owner) : CAST.admin, stage.world.slashing, step, args);
}

function endCase(stage: Stage): Play {
  const step = stage.random.chance(70) ? "executeCase" : "lapse";
  return play(step, CAST.keeper, stage.world.slashing, step, [someCase(stage)]);
}

function someCase({ ghost, random }: Stage): bigint {
  const open = [...ghost.cases].filter(([, one]) => one.open).map(([id]) => id);
  return open.length > 0 && random.chance(90) ? random.pick(open) : BigInt(random.below(ghost.cases.size + 2));
}

/** What governance may set at any time. */
function administer(stage: Stage): Play {
  const { random, world } = stage;
  const day = 86_400;
  return random.pick([
    () => play("setPause", CAST.admin, world.market, "setPause", [random.chance(70) ? 0 : random.below(4)]),
    () =>
      play("setThawPeriod", CAST.admin, world.staking, "setThawPeriod", [random.pick([3_600, 7_200, day, 9 * day])]),
    () => play("setDelay", CAST.admin, world.slashing, "setDelay", [random.pick([day, 2 * day, 40 * day])]),
  ])();
}

/** What strategy 1 says from now on, and whom it names. */
function answer(stage: Stage): Play {
  const { random, world, strategy, people } = stage;
  if (random.chance(30)) return play("setTerms", CAST.keeper, strategy, "setTerms", [false, random.pick(people)]);
  return play("answer", CAST.keeper, strategy, "set", [0, random.chance(40) ? 0 : random.below(3), world.now]);
}
