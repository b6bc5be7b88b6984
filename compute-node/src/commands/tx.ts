import type { SettingsArgs } from "@assay/daemon-kit";
import { formatGwei } from "viem";
import type { TxLine } from "../control.ts";
import { atDesk } from "./desk.ts";

/** Lists the newest transactions of the journal, oldest first. */
export async function listTransactions(args: SettingsArgs & { json: boolean; open: boolean }): Promise<void> {
  const all = (await atDesk(args, { command: "tx.list" })) as TxLine[];
  const lines = args.open ? all.filter(({ status }) => ["intent", "sent", "abandoned"].includes(status)) : all;
  if (args.json) return print(JSON.stringify(lines));
  if (lines.length === 0) return print(args.open ? "nothing is under way" : "nothing was sent yet");
  print(
    lines
      .map(({ status, nonce, versions, maxFeePerGas, key, hash, error }) => {
        const fee = maxFeePerGas === undefined ? "" : `${formatGwei(BigInt(maxFeePerGas))} gwei`;
        const cells = [status.padEnd(9), String(nonce).padStart(6), `v${versions}`, fee.padEnd(16), key, hash ?? ""];
        return `${cells.join("  ")}${error ? `  ${error}` : ""}`;
      })
      .join("\n"),
  );
}

/** Raises the fee of a transaction under way. @throws DK-036, DK-039 */
export async function bumpTransaction(args: SettingsArgs & { key: string }): Promise<void> {
  const { hash } = (await atDesk(args, { command: "tx.bump", args: { key: args.key } })) as { hash: string };
  print(`${args.key}: sent again for more, ${hash}`);
}

/** Cancels a transaction under way, and waits for the outcome. @throws DK-036, DK-039 */
export async function cancelTransaction(args: SettingsArgs & { key: string }): Promise<void> {
  const { outcome } = (await atDesk(args, { command: "tx.cancel", args: { key: args.key } })) as { outcome: string };
  print(outcome === "cancelled" ? `${args.key}: cancelled` : `${args.key}: too late, it is in a block`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
