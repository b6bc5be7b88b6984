import { type Bid, type Job, type PostedJob, PRICE_RULE, quotedPrice } from "@assay/sdk";
import type { Command } from "commander";
import { isAddressEqual } from "viem";
import { addressOf, jobIdOf, unitsOf } from "../../arguments.ts";
import { command } from "../../command.ts";
import { accountOf } from "../../context.ts";
import { cliError } from "../../errors.ts";
import { bidJson, readBid, writeOutput } from "../../order-file.ts";
import { print, time } from "../../output.ts";
import { send } from "../../send.ts";
import { decimalsOf, writerOf } from "../../tokens.ts";

const JOB = ["<id>", "the job's id"] as const;

/** Jobs whose price is found by bids. */
export function biddingCommands(env: NodeJS.ProcessEnv): Command[] {
  return [bids(env), bid(env), award(env)];
}

function bids(env: NodeJS.ProcessEnv): Command {
  return command(
    env,
    { name: "bids", description: "show the bids of a job, the best last", arguments: [JOB], writes: false },
    async (context, [id = ""]) => {
      const job = requireBidding(await context.client.getJob({ id: jobIdOf(id) }));
      const { terms } = job;
      const amount = await writerOf(context, terms.token);
      const placed = job.timeline.flatMap((event) =>
        event.eventName === "BidPlaced" ? [{ at: event.timestamp, ...event.args }] : [],
      );
      const { priceWeight, stakeWeight, reputationWeight } = terms;
      const standing = (job as PostedJob).standing;
      const price = standing && quotedPrice(terms.maxPrice, standing.quote);
      const told = { id: job.id, status: job.status, until: terms.rampStart, bids: placed, standing, price };
      print(context.json, { ...told, weights: { priceWeight, stakeWeight, reputationWeight } }, [
        `${job.id}: ${job.status}, bids until ${time(terms.rampStart)}`,
        `  scored by price ${priceWeight}, stake ${stakeWeight}, reputation ${reputationWeight}`,
        ...placed.map((one) => `  ${time(one.at)}  ${one.provider} ${amount(one.price)}, score ${one.score} of 1e9`),
        standing && price !== undefined ? `  stands: ${standing.provider} for ${amount(price)}` : "  no bid stands",
      ]);
    },
  );
}

function bid(env: NodeJS.ProcessEnv): Command {
  return command(
    env,
    {
      name: "bid",
      description: "bid for a job, as a provider or its operator; the bond is locked while the bid stands",
      arguments: [JOB, ["<price>", "in the job's token"]],
      options: [
        ["--provider <address>", "whose stake backs it (default: the signing account)"],
        ["--out <file>", "only sign, for the requester to award"],
      ],
      writes: true,
    },
    async (context, [id = "", price = ""], { provider, out }) => {
      const { client } = context;
      const job = requireBidding(await client.getJob({ id: jobIdOf(id) }));
      const { terms } = job;
      const bidder = accountOf(context);
      const offer: Bid = {
        provider: typeof provider === "string" ? addressOf(provider) : bidder,
        bidder,
        price: unitsOf(price, await decimalsOf(context, terms.token)),
        expiry: terms.claimBy,
      };
      const standing = (job as PostedJob).standing;
      if (context.dryRun && !client.walletClient) {
        print(context.json, { dryRun: true, job: job.id, bid: offer, standing }, ["Nothing was signed or sent."]);
        return;
      }
      const signature = await client.signBid({ job: job.id, bid: offer });
      if (typeof out !== "string")
        return send(context, [client.preparePlaceBid({ terms, standing, bid: offer, signature })]);
      const signed = bidJson(context, { job: job.id, bid: offer, signature });
      if (!context.dryRun) writeOutput(out, signed);
      print(context.json, signed, [context.dryRun ? "Nothing was written." : `bid for job ${job.id} in ${out}`]);
    },
  );
}

function award(env: NodeJS.ProcessEnv): Command {
  return command(
    env,
    {
      name: "award",
      description: "claim a job for its best bid: the requester at any time, anyone once bidding has ended",
      arguments: [JOB],
      options: [["--bid <file>", "as the requester, for this signed bid instead"]],
      writes: true,
    },
    async (context, [id = ""], { bid: file }) => {
      const { client } = context;
      const job = requireBidding(await client.getJob({ id: jobIdOf(id) }));
      const { terms } = job;
      const standing = (job as PostedJob).standing;
      if (typeof file !== "string") return send(context, [client.prepareAward({ terms, standing })]);
      const signed = readBid(context, file);
      if (signed.job !== job.id || !isAddressEqual(terms.requester, accountOf(context))) {
        throw cliError("CLI-003", {
          found: `${file}: a bid for job ${signed.job}, sent by ${accountOf(context)}`,
          wanted: `a bid for job ${job.id}, sent by its requester ${terms.requester}`,
          hint: "choose the file of this job, and the requester's key",
        });
      }
      return send(context, [client.prepareAwardBid({ terms, standing, bid: signed.bid, signature: signed.signature })]);
    },
  );
}

function requireBidding(job: Job): Job {
  if (job.terms.rule === PRICE_RULE.bids) return job;
  throw cliError("CLI-004", {
    found: `job ${job.id}, whose price is not found by bids`,
    wanted: "a job that takes bids",
    hint: "claim it instead; `job status` shows its price",
  });
}
