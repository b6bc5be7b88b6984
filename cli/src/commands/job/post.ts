import type { PreparedCall } from "@assay/sdk";
import type { Command } from "commander";
import { type Address, getAddress } from "viem";
import { command } from "../../command.ts";
import { accountOf, type CliContext } from "../../context.ts";
import { type JobToPost, mostOf, readJobs } from "../../job-file.ts";
import { send } from "../../send.ts";
import { approval, writerOf } from "../../tokens.ts";

/** Posting jobs. */
export function postCommand(env: NodeJS.ProcessEnv): Command {
  return command(
    env,
    {
      name: "post",
      description: "post the job of a JSON file, or all of its list; deposits what the in-market balance lacks",
      arguments: [["<file>", "a job, or a list of up to 256: spec, price and terms"]],
      writes: true,
    },
    async (context, [file = ""]) => {
      const { jobs, isList } = await readJobs(context, file);
      const { calls, told } = await deposits(context, jobs);
      if (calls.length > 0 && context.dryRun) return send(context, calls, { note: "posted after the deposit" });
      for (const call of calls) await context.client.sendCall(call);
      const deposited = told.length > 0 ? { deposited: told.join(", ") } : {};
      const requester = accountOf(context);
      if (isList) {
        const { jobs: made, ...call } = await context.client.preparePostBatch({ jobs, requester });
        return send(context, [call], { ids: made.map(({ id }) => id), ...deposited });
      }
      const call = await context.client.preparePostJob({ ...jobs[0]!, requester });
      return send(context, [call], { id: call.id, ...deposited });
    },
  );
}

/** What the in-market balance lacks for these jobs, token by token. */
async function deposits(
  context: CliContext,
  jobs: readonly JobToPost[],
): Promise<{ calls: PreparedCall[]; told: string[] }> {
  const { client } = context;
  const account = accountOf(context);
  const { AssayToken, JobMarketplace } = client.deployment.contracts;
  const most = new Map<Address, bigint>();
  for (const job of jobs) {
    const token = getAddress(job.token ?? AssayToken.address);
    most.set(token, (most.get(token) ?? 0n) + mostOf(job));
  }
  const calls: PreparedCall[] = [];
  const told: string[] = [];
  for (const [token, sum] of most) {
    const { available } = await client.getBalance({ account, token });
    if (sum <= available) continue;
    const amount = sum - available;
    calls.push(...(await approval(context, { token, spender: JobMarketplace.address, amount })));
    calls.push(client.prepareDeposit({ token, account, amount }));
    told.push((await writerOf(context, token))(amount));
  }
  return { calls, told };
}
