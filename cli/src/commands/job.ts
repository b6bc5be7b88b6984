import type { Job, PostJobArgs } from "@assay/sdk";
import { Command } from "commander";
import { isHex, parseUnits, size } from "viem";
import { z } from "zod";
import { addressOf, amountOf, asy, jobIdOf, readInput } from "../arguments.ts";
import { command } from "../command.ts";
import { accountOf } from "../context.ts";
import { print, time } from "../output.ts";
import { send } from "../send.ts";
import { approval } from "./stake.ts";

const word = z.custom<`0x${string}`>((value) => isHex(value) && size(value) === 32, "must be 0x and 64 hex digits");
const count = z.number().int().nonnegative();
const decimal = z.string().regex(/^\d+(\.\d{1,18})?$/, 'must be an amount in ASY as text, such as "2.5"');
const account = z.string().transform(addressOf);

/** What `job post` reads: the spec as the exact engine made it, and what the requester offers, in ASY. */
const posting = z.strictObject({
  spec: z.strictObject({
    programHash: word,
    dataRoot: word,
    initState: word,
    inputs: word,
    steps: count,
    segmentLength: count,
    outIdx: count,
    stateCount: count,
    rulesVersion: count,
    refSeconds: count,
    judge: account.optional(),
  }),
  price: z.union([decimal, z.strictObject({ min: decimal, max: decimal, length: count.min(1) })]),
  bond: decimal.optional(),
  claimBy: count.optional(),
  runTime: count.optional(),
  window: count.optional(),
  policy: count.optional(),
  provider: account.optional(),
});

type Posting = z.output<typeof posting>;

/** Jobs, from the requester's side. */
export function jobCommands(env: NodeJS.ProcessEnv): Command[] {
  const group = new Command("job").description("post a job, look at it, cancel it, see who may claim it");
  const JOB = ["<id>", "the job's id"] as const;
  group.addCommand(
    command(
      env,
      {
        name: "post",
        description: "post the job of a JSON file; deposits what the in-market balance lacks",
        arguments: [["<file>", "spec, price and terms"]],
        writes: true,
      },
      async (context, [file = ""]) => {
        const { client } = context;
        const requester = accountOf(context);
        const args = { ...argsOf(readInput(file, posting)), requester };
        const most = typeof args.price === "bigint" ? args.price : args.price.max;
        const { available } = await client.getBalance({ account: requester });
        const lacking = most > available ? most - available : 0n;
        if (lacking === 0n) {
          const call = await client.preparePostJob(args);
          return send(context, [call], { id: call.id });
        }
        const { AssayToken, JobMarketplace } = client.deployment.contracts;
        const deposit = client.prepareDeposit({ token: AssayToken.address, account: requester, amount: lacking });
        const first = [...(await approval(context, JobMarketplace.address, lacking)), deposit];
        if (context.dryRun) return send(context, first, { note: "the job is posted after the deposit" });
        for (const call of first) await client.sendCall(call);
        const call = await client.preparePostJob(args);
        return send(context, [call], { id: call.id, deposited: asy(lacking) });
      },
    ),
  );
  group.addCommand(
    command(
      env,
      { name: "status", description: "show a job, rebuilt from the chain", arguments: [JOB], writes: false },
      async (context, [id = ""]) => {
        const job = await context.client.getJob({ id: jobIdOf(id) });
        print(context.json, job, jobLines(job));
      },
    ),
  );
  group.addCommand(
    command(
      env,
      { name: "cancel", description: "take back a job that nobody has claimed", arguments: [JOB], writes: true },
      async (context, [id = ""]) => {
        const { terms } = await context.client.getJob({ id: jobIdOf(id) });
        await send(context, [context.client.prepareCancel({ terms })]);
      },
    ),
  );
  group.addCommand(
    command(
      env,
      {
        name: "eligible",
        description: "why a provider can or cannot claim a job",
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
        const verdict = found.eligible ? "eligible" : "not eligible";
        print(context.json, found, [verdict, ...found.reasons.map((reason) => `  ${reason}`)]);
      },
    ),
  );
  return [group];
}

function argsOf({ price, bond, ...rest }: Posting): PostJobArgs {
  const units = (text: string) => parseUnits(text, 18);
  return {
    ...rest,
    price: typeof price === "string" ? amountOf(price) : { ...price, min: units(price.min), max: units(price.max) },
    ...(bond === undefined ? {} : { bond: units(bond) }),
  };
}

function jobLines(job: Job): string[] {
  const { terms } = job;
  const lines = [
    `${job.id}: ${job.status}`,
    `  requester  ${terms.requester}`,
    `  price      ${asy(terms.minPrice)} to ${asy(terms.maxPrice)} (where the token has 18 decimals)`,
    `  bond       ${asy(terms.bond)}`,
    `  claim by   ${time(terms.claimBy)}`,
  ];
  if ("claimer" in job) lines.push(`  provider   ${job.provider}, since ${time(job.claimedAt)}`);
  for (const { eventName, timestamp, transactionHash } of job.timeline) {
    lines.push(`  ${time(timestamp)}  ${eventName}  ${transactionHash}`);
  }
  return lines;
}
