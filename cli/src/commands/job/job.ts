import { describeCapabilities, type Job, type PostedJob, PRICE_RULE } from "@assay/sdk";
import { Command } from "commander";
import { formatUnits } from "viem";
import { addressOf, asy, jobIdOf } from "../../arguments.ts";
import { command } from "../../command.ts";
import { accountOf } from "../../context.ts";
import { print, time } from "../../output.ts";
import { send } from "../../send.ts";
import { writerOf } from "../../tokens.ts";
import { biddingCommands } from "./bids.ts";
import { orderCommands } from "./order.ts";
import { postCommand } from "./post.ts";

const JOB = ["<id>", "the job's id"] as const;

/** Jobs, from the requester's side. */
export function jobCommands(env: NodeJS.ProcessEnv): Command[] {
  const group = new Command("job").description(
    "post or sign a job, look at it, cancel it, choose a bid, see who may claim it",
  );
  const own = [postCommand(env), status(env), cancel(env), eligible(env)];
  for (const made of [...own, ...biddingCommands(env), orderCommands(env)]) group.addCommand(made);
  return [group];
}

function status(env: NodeJS.ProcessEnv): Command {
  return command(
    env,
    { name: "status", description: "show a job, rebuilt from the chain", arguments: [JOB], writes: false },
    async (context, [id = ""]) => {
      const job = await context.client.getJob({ id: jobIdOf(id) });
      print(context.json, job, jobLines(job, await writerOf(context, job.terms.token)));
    },
  );
}

function cancel(env: NodeJS.ProcessEnv): Command {
  return command(
    env,
    { name: "cancel", description: "take back a job that nobody has claimed", arguments: [JOB], writes: true },
    async (context, [id = ""]) => {
      const job = await context.client.getJob({ id: jobIdOf(id) });
      const { terms } = job;
      const standing = (job as PostedJob).standing;
      const { client } = context;
      await send(context, [
        standing ? client.prepareCancelBidding({ terms, standing }) : client.prepareCancel({ terms }),
      ]);
    },
  );
}

function eligible(env: NodeJS.ProcessEnv): Command {
  return command(
    env,
    {
      name: "eligible",
      description: "why a provider can or cannot get a job",
      arguments: [JOB, ["[provider]", "whose stake would back it (default: setting account)"]],
      options: [["--operator <address>", "the hot key that would claim"]],
      writes: false,
    },
    async (context, [id = "", provider], { operator }) => {
      const found = await context.client.explainEligibility({
        id: jobIdOf(id),
        provider: provider === undefined ? accountOf(context) : addressOf(provider),
        ...(typeof operator === "string" ? { operator: addressOf(operator) } : {}),
      });
      const verdict = found.eligible ? `eligible, by a ${found.by}` : "not eligible";
      print(context.json, found, [verdict, ...found.reasons.map((reason) => `  ${reason}`)]);
    },
  );
}

function jobLines(job: Job, amount: (units: bigint) => string): string[] {
  const { terms } = job;
  const lines = [
    `${job.id}: ${job.status}`,
    `  requester  ${terms.requester}`,
    `  price      ${priceLine(job, amount)}`,
    `  bond       ${asy(terms.bond)}`,
    ...demandLines(job),
    `  claim by   ${time(terms.claimBy)}`,
  ];
  if ("claimer" in job) {
    lines.push(`  provider   ${job.provider}, since ${time(job.claimedAt)}, for ${amount(job.price)}`);
  }
  for (const { eventName, timestamp, transactionHash } of job.timeline) {
    lines.push(`  ${time(timestamp)}  ${eventName}  ${transactionHash}`);
  }
  return lines;
}

function priceLine({ terms }: Job, amount: (units: bigint) => string): string {
  const { rule, minPrice, maxPrice, rampStart, rampLength } = terms;
  if (rule === PRICE_RULE.dollars) return `${formatUnits(minPrice, 18)} dollars, at most ${amount(maxPrice)}`;
  if (rule === PRICE_RULE.bids) {
    return `bids from ${amount(minPrice)} to ${amount(maxPrice)}, until ${time(rampStart)}`;
  }
  if (rampLength === 0) return amount(maxPrice);
  return `${amount(minPrice)} rising to ${amount(maxPrice)} within ${rampLength} s from ${time(rampStart)}`;
}

function demandLines({ terms }: Job): string[] {
  const { minStake, minReputation, capabilities, memoryClass } = terms;
  const asked = [
    ...(minStake > 0n ? [`${asy(minStake)} of own stake`] : []),
    ...(minReputation > 0 ? [`a score of ${minReputation}`] : []),
    ...describeCapabilities(capabilities),
    ...(memoryClass > 0 ? [`${2 ** memoryClass} GiB of device memory`] : []),
  ];
  return asked.length > 0 ? [`  asks for   ${asked.join(", ")}`] : [];
}
