import { DaemonError, EXIT_OK, EXIT_RETRY, openAccount } from "@assay/daemon-kit";
import { type Address, createWalletClient, custom, formatEther } from "viem";
import { SECRET_VARIABLES } from "../config.ts";
import { tellNode } from "./desk.ts";
import { payOut, takeThawed } from "./money.ts";
import { type OwnerArgs, type OwnerDesk, openOwner, requireOwner } from "./owner.ts";

/** What a plain transfer takes. */
const TRANSFER_GAS = 21_000n;

/**
 * Leaves the market, in steps that may be days apart: no new jobs, finish what was claimed, collect and pay out, thaw the
 * stake and take it, sweep the operator's coins to the owner. Each call does what can be done now and says what is left;
 * call it again until it ends with 0.
 * @returns the exit code: 0 when nothing is left, 75 when it must be called again
 * @throws CN-041 without the owner's key
 */
export async function leaveMarket(args: OwnerArgs & { sweep: boolean }): Promise<number> {
  const desk = await openOwner(args);
  requireOwner(desk, "leaves");
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const running = await askNodeToLeave(desk);
  say(running ? "the node claims nothing more" : "no node runs on this data folder");
  const own = await ownJobs(desk);
  if (own.length > 0) {
    say(`${own.length} jobs under way: ${own.map(({ id, status }) => `${id.slice(0, 10)} ${status}`).join(", ")}`);
    if (!running) say("start the node: it delivers them, and claims nothing more once `exit` has told it");
  }
  for (const line of await payOut(desk, desk.provider)) say(line);
  const left = await releaseStake(desk, say);
  if (own.length > 0 || left > 0n) {
    say("call `assay-node exit` again when that is over");
    return EXIT_RETRY;
  }
  if (args.sweep) await sweepOperator(args, desk, say);
  say("nothing is left: stop the node, and keep guard.sqlite as long as the key lives");
  return EXIT_OK;
}

async function askNodeToLeave({ config }: OwnerDesk): Promise<boolean> {
  try {
    await tellNode(config, "leave");
    return true;
  } catch (error) {
    if (error instanceof DaemonError && error.code === "CN-050") return false;
    throw error;
  }
}

async function ownJobs({ client, provider }: OwnerDesk) {
  return client.listJobs({ status: ["claimed", "submitted"], provider });
}

/** Thaws what is free, takes what has thawed. @returns what is still in the contract */
async function releaseStake(desk: OwnerDesk, say: (line: string) => void): Promise<bigint> {
  const { client, provider } = desk;
  for (const line of await takeThawed(desk)) say(line);
  const { free } = await client.getStake({ provider });
  if (free > 0n) {
    const { readyAt } = await client.requestThaw({ amount: free });
    say(`${formatEther(free)} ASY of stake thaw until ${new Date(readyAt * 1000).toISOString()}`);
  }
  const { stake, thaws } = await client.getStake({ provider });
  return stake + thaws.reduce((sum, { amount }) => sum + amount, 0n);
}

/** Sends the operator's coins to the owner, but what the transfer itself costs. */
async function sweepOperator(args: OwnerArgs, desk: OwnerDesk, say: (line: string) => void): Promise<void> {
  const { config, rpc, provider } = desk;
  const account = await openAccount(config, args.env, SECRET_VARIABLES);
  if (account.address === provider) return;
  const wallet = createWalletClient({ account, chain: rpc.chain, transport: custom(rpc) });
  const [balance, { maxFeePerGas, maxPriorityFeePerGas }] = await Promise.all([
    rpc.getBalance({ address: account.address }),
    rpc.estimateFeesPerGas(),
  ]);
  const value = balance - TRANSFER_GAS * maxFeePerGas;
  if (value <= 0n) return;
  const fees = { maxFeePerGas, maxPriorityFeePerGas, gas: TRANSFER_GAS };
  const hash = await wallet.sendTransaction({ to: provider as Address, value, ...fees, chain: rpc.chain });
  await rpc.waitForTransactionReceipt({ hash });
  say(`swept ${formatEther(value)} of the chain's coin from ${account.address} in ${hash}`);
}
