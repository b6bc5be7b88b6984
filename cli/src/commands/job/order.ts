import { jobId } from "@assay/sdk";
import { Command } from "commander";
import { countOf } from "../../arguments.ts";
import { command } from "../../command.ts";
import { accountOf } from "../../context.ts";
import { mostOf, readJob } from "../../job-file.ts";
import { orderJson, readOrder, writeOutput } from "../../order-file.ts";
import { print } from "../../output.ts";
import { send } from "../../send.ts";
import { writerOf } from "../../tokens.ts";

const ORDER = ["<order>", "the file that `order sign` wrote"] as const;

/** Jobs that are signed instead of posted: they cost the requester no gas. */
export function orderCommands(env: NodeJS.ProcessEnv): Command {
  const group = new Command("order").description("sign a job instead of posting it, claim one, take orders back");
  for (const made of [sign(env), claim(env), cancel(env), revoke(env)]) group.addCommand(made);
  return group;
}

function sign(env: NodeJS.ProcessEnv): Command {
  return command(
    env,
    {
      name: "sign",
      description: "sign the job of a JSON file: whoever holds the order may claim it while the balance covers it",
      arguments: [["<file>", "spec, price and terms, as for `job post`"]],
      options: [
        [
          "--lane <n>",
          "a lane of its own, 0 to 65535: a posting in its lane ends an order, and postings take the lowest",
        ],
        ["--out <file>", "write the order there instead of printing it"],
      ],
      writes: true,
    },
    async (context, [file = ""], { lane, out }) => {
      const { client } = context;
      const requester = accountOf(context);
      const job = await readJob(context, file);
      const place = typeof lane === "string" ? { lane: countOf(lane, 65_535) } : {};
      const { id, terms, spec } = await client.prepareTerms({ ...job, requester, ...place });
      const { available } = await client.getBalance({ account: requester, token: terms.token });
      const amount = await writerOf(context, terms.token);
      const short = mostOf(job) - available;
      const lacks = short > 0n ? [`The in-market balance lacks ${amount(short)}: nobody can claim it before.`] : [];
      if (context.dryRun) {
        print(context.json, { id, terms, spec, dryRun: true }, [`job ${id}`, ...lacks, "Nothing was signed."]);
        return;
      }
      const signed = orderJson(context, { terms, spec, signature: await client.signOrder({ terms }) });
      if (typeof out === "string") writeOutput(out, signed);
      const lines = typeof out === "string" ? [`order for job ${id} in ${out}`] : [JSON.stringify(signed, null, 2)];
      print(context.json, signed, [...lines, ...lacks]);
    },
  );
}

function claim(env: NodeJS.ProcessEnv): Command {
  return command(
    env,
    { name: "claim", description: "claim the job of an order, as its provider", arguments: [ORDER], writes: true },
    async (context, [file = ""]) => {
      const order = readOrder(context, file);
      const call = context.client.prepareClaimOrder({ ...order, provider: accountOf(context) });
      await send(context, [call], { id: jobId(order.terms) });
    },
  );
}

function cancel(env: NodeJS.ProcessEnv): Command {
  return command(
    env,
    {
      name: "cancel",
      description: "take back one order that nobody has claimed (and older ones for the same lane)",
      arguments: [ORDER],
      writes: true,
    },
    async (context, [file = ""]) => {
      const { terms } = readOrder(context, file);
      await send(context, [context.client.prepareRetireLane(terms)], { id: jobId(terms) });
    },
  );
}

function revoke(env: NodeJS.ProcessEnv): Command {
  return command(
    env,
    { name: "revoke", description: "take back all orders and bids that the account has signed so far", writes: true },
    async (context) => send(context, [context.client.prepareRevokeSignatures()]),
  );
}
