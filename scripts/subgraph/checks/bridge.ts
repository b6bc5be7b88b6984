import type { ChainView, Log } from "../chain.ts";
import { littleEndian, mapSome } from "../chain.ts";
import type { Check, Rows } from "../check.ts";
import { stamp } from "./jobs.ts";

const BRIDGE = "LinkedBridge";
const OUTGOING = ["NONE", "SENT", "ACCEPTED", "REFUSED", "RETURNED"];
const INCOMING = ["NONE", "QUEUED", "ACCEPTED", "REFUSED"];

/** What a transfer is, as the events of its sending and of its waiting tell it. */
const CONTENT = ["from", "to", "amount", "deadline", "callGas", "data"] as const;

interface Step {
  direction: "out" | "in";
  kind: string;
  status?: string;
}

const STEPS: Readonly<Record<string, (log: Log) => Step>> = {
  TransferSent: () => ({ direction: "out", kind: "SENT", status: "SENT" }),
  TransferSentAgain: () => ({ direction: "out", kind: "SENT_AGAIN" }),
  RecallSent: () => ({ direction: "out", kind: "RECALL_SENT" }),
  TransferSettled: ({ args }) => ({ direction: "out", kind: "SETTLED", status: OUTGOING[Number(args.status)]! }),
  TransferQueued: () => ({ direction: "in", kind: "QUEUED", status: "QUEUED" }),
  TransferAccepted: () => ({ direction: "in", kind: "ACCEPTED", status: "ACCEPTED" }),
  TransferRefused: () => ({ direction: "in", kind: "REFUSED", status: "REFUSED" }),
  ReceiptsSent: () => ({ direction: "in", kind: "RECEIPT_SENT" }),
};

function bridgeLogs(chain: ChainView): Log[] {
  return chain.of(BRIDGE).filter(({ name }) => name in STEPS);
}

function numbersOf({ args }: Log): bigint[] {
  return (args.numbers as bigint[] | undefined) ?? [args.number as bigint];
}

async function transfers(chain: ChainView): Promise<Rows> {
  const rows: Rows = new Map();
  for (const log of bridgeLogs(chain)) {
    const { direction, kind } = STEPS[log.name]!(log);
    for (const number of numbersOf(log)) {
      const id = `${direction}.${log.args.chainId}.${number}`;
      const row = rows.get(id) ?? {
        bridge: log.address,
        direction: direction.toUpperCase(),
        chain: log.args.chainId,
        number,
        status: undefined,
        ...{ from: undefined, to: undefined, amount: undefined, deadline: undefined, callGas: undefined },
        ...{ data: undefined, reason: undefined, startedAt: log.time, decidedAt: undefined },
      };
      rows.set(id, row);
      if (kind === "SENT" || kind === "QUEUED") for (const field of CONTENT) row[field] = log.args[field];
      if (kind === "ACCEPTED") Object.assign(row, { to: log.args.to, amount: log.args.amount });
      if (kind === "REFUSED") row.reason = log.args.reason;
      if (/SETTLED|ACCEPTED|REFUSED/.test(kind)) row.decidedAt = log.time;
    }
  }
  await mapSome([...rows.values()], async (row) => {
    const out = row.direction === "OUT";
    const status = await chain.read<number>(BRIDGE, out ? "outgoingOf" : "incomingOf", row.chain, row.number);
    row.status = (out ? OUTGOING : INCOMING)[status];
  });
  return rows;
}

function messages(chain: ChainView): Rows {
  const rows: Rows = new Map();
  const statuses = new Map<string, string>();
  for (const log of bridgeLogs(chain)) {
    const { direction, kind, status } = STEPS[log.name]!(log);
    for (const [part, number] of numbersOf(log).entries()) {
      const transfer = `${direction}.${log.args.chainId}.${number}`;
      if (status) statuses.set(transfer, status);
      rows.set(log.id + littleEndian(part), { ...stamp(log), transfer, kind, status: statuses.get(transfer) });
    }
  }
  return rows;
}

export const bridgeChecks: Readonly<Record<string, Check>> = { BridgeTransfer: transfers, BridgeMessage: messages };
