// An allowance that was given for one game and taken by another, with a sender that keeps keys as the real one does.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { TxEntry, TxStatus } from "@assay/daemon-kit";
import { assayTokenAbi } from "@assay/sdk";
import { type Address, encodeErrorResult, keccak256, numberToHex, pad } from "viem";
import type { KeeperContext } from "../../bot.ts";
import { type ChallengerDeps, open } from "./act.ts";
import type { Case } from "./case.ts";

const address = (n: number): Address => pad(numberToHex(n), { size: 20 });
const [ASY, COURT, OWN] = [address(1), address(2), address(3)];
const BOND = 5n;

/** Without credit; the court takes a bond from the allowance, as the contracts do. */
function scene() {
  const statuses = new Map<string, TxStatus>();
  const sent: string[] = [];
  let allowance = 0n;
  const send = async ({ key, to }: { key: string; to: Address }) => {
    if (statuses.get(key) !== "mined") {
      if (to === COURT && allowance < BOND) throw refused(allowance);
      sent.push(key);
      statuses.set(key, "mined");
      allowance = to === ASY ? BOND : allowance - BOND;
    }
    return { transactionHash: "0x", gasUsed: 1n, effectiveGasPrice: 1n };
  };
  const read = { balanceOf: () => 100n, allowance: () => allowance };
  const context = {
    account: { address: OWN },
    budget: { record() {}, forget() {}, charge: () => 1n },
    client: { deployment: { contracts: { AssayToken: { address: ASY } } } },
    config: { chainId: 31_337 },
    guard: { commit() {} },
    journal: {
      get: (key: string) => {
        const status = statuses.get(key);
        return status && ({ key, status, minedHash: "0x" } as unknown as TxEntry);
      },
      setStatus: (key: string, status: TxStatus) => void statuses.set(key, status),
    },
    log: { info() {}, warn() {} },
    metrics: { gasSpent: { inc() {} } },
    rpc: { readContract: async ({ functionName }: { functionName: keyof typeof read }) => read[functionName]() },
    sender: { send },
  } as unknown as KeeperContext;
  const court = { address: COURT, creditOf: async () => 0n, challenge: () => "0x" };
  const deps = { context, court, metrics: { games: { inc() {} } } } as unknown as ChallengerDeps;
  const take = () => {
    allowance = 0n;
  };
  return { deps, sent, take };
}

const refused = (allowance: bigint) => {
  const args = [COURT, allowance, BOND] as const;
  const data = encodeErrorResult({ abi: assayTokenAbi, errorName: "ERC20InsufficientAllowance", args });
  return Object.assign(new Error("reverted"), { data });
};

const caseOf = (n: number) => ({ job: { commitment: keccak256(numberToHex(n)) }, bond: BOND }) as unknown as Case;

test("a game whose allowance another game has taken gets another one, and is opened", async () => {
  const { deps, sent, take } = scene();
  const item = caseOf(1);
  const names = ["approve", "challenge"].map((deed) => `challenger:${deed}:${item.job.commitment}`);
  await assert.rejects(open({ ...deps, context: killedAfterApproval(deps.context) }, item, false), /killed/);
  // after the restart a game against another result comes first
  take();
  await assert.rejects(open(deps, item, false), /reverted/);
  await open(deps, item, false);
  assert.deepEqual(sent, [`${names[0]}#0`, `${names[0]}#1`, `${names[1]}#0`]);
});

function killedAfterApproval(context: KeeperContext): KeeperContext {
  const guard = {
    commit: () => {
      throw new Error("killed");
    },
  };
  return { ...context, guard } as unknown as KeeperContext;
}
