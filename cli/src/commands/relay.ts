import { addSettings, type OptionValues, type SettingOption, settingsOf } from "@assay/daemon-kit";
import {
  type MessageStatus,
  type PreparedCall,
  prepareAddFee,
  prepareExecuteMessage,
  sendCall,
  simulateCall,
} from "@assay/sdk";
import { Command } from "commander";
import { formatEther } from "viem";
import { oneOf } from "../arguments.ts";
import { SETTINGS } from "../command.ts";
import { CONFIG_FILE } from "../config.ts";
import { cliError } from "../errors.ts";
import { print, time } from "../output.ts";
import { openRemote, type RemoteCliContext } from "../remote.ts";

const PAIR: readonly SettingOption[] = [
  ...SETTINGS,
  ["--satellite-rpc-urls <url,...>", "satelliteRpcUrls", "RPC endpoints of the second chain"],
  ["--satellite-deployment <file>", "satelliteDeployment", "addresses on the second chain"],
  [
    "--relay-environment <name>",
    "relayEnvironment",
    "mainnet or testnet: Axelar's public network; local: a relay of one's own",
  ],
  ["--relay-fee-gwei <price>", "relayFeeGwei", "what a relay of one's own asks for a unit of gas"],
];
const SIDES = ["home", "satellite"] as const;
type Side = (typeof SIDES)[number];
const ID = ["<id>", "the message's, <transaction hash>-<index>, or the transaction that sent it"] as const;

/** Messages between two chains: what is on its way, why, and what anyone can do about it. */
export function relayCommands(env: NodeJS.ProcessEnv): Command {
  const group = new Command("relay").description("messages between two chains: list, explain, retry");
  group.addCommand(list(env));
  group.addCommand(explain(env));
  group.addCommand(retry(env));
  return group;
}

function list(env: NodeJS.ProcessEnv): Command {
  const made = new Command("list")
    .description("show what is on its way between the two chains")
    .option("--from <chain>", "home or satellite: that direction only")
    .option("--all", "what has arrived, too", false);
  return finish(env, made, false, async ({ client, json }, _, values) => {
    const from = values.from === undefined ? undefined : oneOf(String(values.from), SIDES);
    const messages = await client.message.list({ from, all: values.all === true });
    const lines = messages.map(
      ({ from: side, message, stage, waitsFor }) =>
        `${message.messageId} from ${side}: ${stage}, waits for ${waitsFor}`,
    );
    print(json, { messages }, lines.length > 0 ? lines : ["nothing is on its way"]);
  });
}

function explain(env: NodeJS.ProcessEnv): Command {
  const made = new Command("explain")
    .description("say where a message is, what it waits for and until when")
    .argument(...ID);
  return finish(env, made, false, async (context, id) => {
    const status = await locate(context, id);
    const refusal = status.stage === "approved" ? await refusalOf(context, status) : undefined;
    print(context.json, { ...status, ...(refusal ? { refusal } : {}) }, [
      `${status.message.messageId} from ${status.from} to ${status.message.destinationChain}: ${status.stage}`,
      `  sender     ${status.message.sourceAddress}`,
      `  receiver   ${status.message.contractAddress}`,
      `  waits for  ${status.waitsFor}`,
      `  relay fee  ${formatEther(status.paid)} paid, ${formatEther(status.wanted)} wanted`,
      ...(refusal ? [`  refused    ${refusal}`] : []),
      ...(status.until === undefined ? [] : [`  until      ${time(status.until)}`]),
      ...status.next.map(({ step, by }) => `  next       ${step}, by ${by}`),
    ]);
  });
}

function retry(env: NodeJS.ProcessEnv): Command {
  const made = new Command("retry")
    .description(
      "execute a message that its gateway lets through, add what is missing for its relay, or ask the network to go on",
    )
    .argument(...ID);
  return finish(env, made, true, async (context, id) => {
    const status = await locate(context, id);
    const step = stepOf(context, status);
    if (!step && status.stage === "sent" && context.network.push) return push(context, status);
    if (!step) {
      const lines = [`${status.message.messageId}: nothing to do, it waits for ${status.waitsFor}`];
      return print(context.json, { ...status, done: status.done, sent: null }, lines);
    }
    const { side, call, what } = step;
    const chain = context.client[side];
    if (context.dryRun) {
      if (!context.account) throw nobody();
      await simulateCall(chain, call, context.account);
      const lines = [
        `${what}: passes`,
        `  to   ${call.to}`,
        `  data ${call.data}`,
        `From ${context.account}. Nothing was sent.`,
      ];
      return print(context.json, { dryRun: true, what, from: context.account, call }, lines);
    }
    const { hash, receipt } = await sendCall(chain, call);
    print(context.json, { what, hash, gasUsed: receipt.gasUsed }, [`${what}: ${hash}, ${receipt.gasUsed} gas`]);
  });
}

/** Asks the network to go on with a message for which enough is paid. @throws SDK-051 */
async function push({ network, json, dryRun }: RemoteCliContext, { message }: MessageStatus): Promise<void> {
  const what = `ask the network to go on with ${message.messageId}`;
  if (dryRun) return print(json, { dryRun, what }, [what, "Nothing was sent."]);
  await network.push?.(message);
  print(json, { what, asked: true }, [`${what}: done`]);
}

/** The call that helps a message on, if one does. */
function stepOf(
  { client, account }: RemoteCliContext,
  { from, stage, message, paid, wanted }: MessageStatus,
): { side: Side; call: PreparedCall; what: string } | undefined {
  if (stage === "approved") {
    const side = from === "home" ? "satellite" : "home";
    return { side, call: prepareExecuteMessage(message), what: `execute ${message.messageId}` };
  }
  if (stage !== "sent" || wanted <= paid) return undefined;
  if (!account) throw nobody();
  const { gasService } = client[from].deployment.axelar!;
  const call = prepareAddFee(gasService, message, { value: wanted - paid, refundTo: account });
  return { side: from, call, what: `add ${formatEther(wanted - paid)} to the fee of ${message.messageId}` };
}

/** A message is looked for on both chains: its id says on which it was sent. */
async function locate({ client }: RemoteCliContext, id: string): Promise<MessageStatus> {
  const [home, satellite] = await Promise.allSettled(SIDES.map((from) => client.message.status({ from, id })));
  if (home?.status === "fulfilled") return home.value;
  if (satellite?.status === "fulfilled") return satellite.value;
  throw home?.reason;
}

/** Why the destination does not take an approved message, undefined if it does. */
async function refusalOf(
  { client, account }: RemoteCliContext,
  { from, message }: MessageStatus,
): Promise<string | undefined> {
  const there = client[from === "home" ? "satellite" : "home"];
  const anyone = account ?? message.contractAddress;
  return simulateCall(there, prepareExecuteMessage(message), anyone).then(
    () => undefined,
    (error: Error) => error.message,
  );
}

function nobody() {
  return cliError("CLI-005", {
    found: "no account",
    wanted: "who would send it",
    hint: "name it with --account, or give a key",
  });
}

function finish(
  env: NodeJS.ProcessEnv,
  made: Command,
  writes: boolean,
  run: (context: RemoteCliContext, id: string, values: OptionValues) => Promise<void>,
): Command {
  made.option("--json", "for machines", false);
  if (writes) made.option("--dry-run", "simulate and print, send nothing", false);
  addSettings(made, PAIR, CONFIG_FILE);
  return made.action(async (...all: unknown[]) => {
    const values = all.at(-2) as OptionValues;
    const settings = settingsOf(values, { options: PAIR, defaultFile: CONFIG_FILE, env });
    await run(await openRemote(settings, values, writes), String(all[0] ?? ""), values);
  });
}
