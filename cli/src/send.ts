import { type PreparedCall, parseAssayLogs } from "@assay/sdk";
import { accountOf, type CliContext } from "./context.ts";
import { print } from "./output.ts";

/** One transaction, as a result tells it. */
interface SentCall {
  label: string;
  hash: string;
  blockNumber: bigint;
  gasUsed: bigint;
  events: { contract: string; eventName: string; args: unknown }[];
}

/**
 * Sends calls one after the other and prints what they did. In a dry run nothing is sent: the first call is simulated, and
 * those after it are shown, since they need what the first one does.
 * @param facts what the calls will bring, known before they are sent
 * @throws AssayError as `sendCall`
 */
export async function send(
  context: CliContext,
  calls: readonly PreparedCall[],
  facts: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  if (context.dryRun) return rehearse(context, calls, facts);
  const transactions: SentCall[] = [];
  for (const call of calls) {
    const { hash, receipt } = await context.client.sendCall(call);
    const events = parseAssayLogs(context.client.deployment, receipt.logs).map(({ contract, eventName, args }) => ({
      contract,
      eventName,
      args,
    }));
    transactions.push({ label: call.label, hash, blockNumber: receipt.blockNumber, gasUsed: receipt.gasUsed, events });
  }
  const lines = transactions.flatMap(({ label, hash, blockNumber, gasUsed, events }) => [
    `${label}: ${hash} in block ${blockNumber}, ${gasUsed} gas`,
    ...events.map(({ contract, eventName, args }) => `  ${contract}.${eventName} ${JSON.stringify(args, asText)}`),
  ]);
  print(context.json, { ...facts, transactions }, [...factLines(facts), ...lines]);
}

async function rehearse(
  context: CliContext,
  calls: readonly PreparedCall[],
  facts: Readonly<Record<string, unknown>>,
): Promise<void> {
  const from = accountOf(context);
  const [first] = calls;
  if (first) await context.client.simulateCall(first, from);
  const gas = first
    ? await context.client.publicClient.estimateGas({ account: from, to: first.to, data: first.data })
    : 0n;
  const shown = calls.map((call, index) => ({ ...call, simulated: index === 0, ...(index === 0 ? { gas } : {}) }));
  const lines = calls.map(({ label, to, data }, index) => {
    const note = index === 0 ? `passes, about ${gas} gas` : "needs the call before it";
    return `${label} (${note})\n  to   ${to}\n  data ${data}`;
  });
  print(context.json, { ...facts, dryRun: true, from, calls: shown }, [
    ...factLines(facts),
    ...lines,
    `From ${from}. Nothing was sent.`,
  ]);
}

function factLines(facts: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(facts).map(([name, value]) => `${name}: ${String(value)}`);
}

function asText(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
