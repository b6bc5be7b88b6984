import { type Address, type Hex, zeroAddress } from "viem";
import type { Deployment } from "../deployment.ts";
import type { AssayError } from "../errors.ts";
import { contractNameOf, type DecodedCall, valueText } from "./calls.ts";

/** A role that somebody gained or lost. */
export interface RoleChange {
  contract: "ProtocolAuthority" | "ProtocolTimelock";
  /** `admin`, `guardian`, ...; the raw value where it has no name here. */
  role: string;
  account: Address;
  granted: boolean;
}

/** A balance that moved; token zero is the chain's own coin. Smallest unit. */
export interface BalanceChange {
  token: Address;
  account: Address;
  before: bigint;
  after: bigint;
}

/** What a proposal would change if it were executed on top of a block. */
export interface ProposalSimulation {
  id: bigint;
  calls: readonly DecodedCall[];
  blockNumber: bigint;
  /** Why it would fail, in which case nothing changes. */
  failure: AssayError | null;
  /** Everything that views of the protocol show differently afterwards; undefined where there was or is nothing. */
  parameters: { name: string; before: unknown; after: unknown }[];
  implementations: { contract: string; before: Address; after: Address }[];
  roles: RoleChange[];
  balances: BalanceChange[];
  /** All events, decoded where the contract is known. */
  events: { address: Address; text: string }[];
  /** Every contract whose storage changed, and how many words: what the lists above do not explain shows here. */
  touched: { address: Address; contract: string | null; words: number }[];
  gasUsed: bigint;
}

const AUTHORITY_ROLES: Readonly<Record<string, string>> = {
  "0": "admin",
  "1": "guardian",
  "2": "council",
  "3": "setter",
};
/** keccak256 of the roles' names, from OpenZeppelin's TimelockController. */
const TIMELOCK_ROLES: Readonly<Record<Hex, string>> = {
  "0x0000000000000000000000000000000000000000000000000000000000000000": "admin",
  "0xb09aa5aeb3702cfd50b6b62bc4532604938f21248a27a1d5ca736082b6819cc1": "proposer",
  "0xd8aa0f3194971a2a116679f7c2090f6939c8d4e01a2a8d7e41d55e5351469e63": "executor",
  "0xfd643c72710c63c0180259aba6b2d05451e3591a24e58b62239378085726f783": "canceller",
};

/** The name of a role of the authority (a number) or of the timelock (a hash). */
export function roleName(role: bigint | Hex): string {
  const key = String(role);
  return AUTHORITY_ROLES[key] ?? TIMELOCK_ROLES[key as Hex] ?? key;
}

/** The simulation in lines that a voter can read. */
export function describeSimulation(deployment: Deployment, simulation: ProposalSimulation): string[] {
  const who = (address: Address) => contractNameOf(deployment, address) ?? address;
  const coin = (token: Address) => (token === zeroAddress ? "wei" : `${who(token)} (smallest unit)`);
  const calls = simulation.calls.flatMap((call, index) => [`${index + 1}. ${call.text}`, ...innerLines(call, "   ")]);
  if (simulation.failure) return [...calls, `It would fail: ${simulation.failure.message}`];
  const lines = [
    ...simulation.parameters.map(({ name, before, after }) => `${name}: ${show(before)} -> ${show(after)}`),
    ...simulation.implementations.map(
      ({ contract, before, after }) => `${contract} gets new code: ${before} -> ${after}`,
    ),
    ...simulation.roles.map(
      ({ contract, role, account, granted }) =>
        `${who(account)} ${granted ? "gains" : "loses"} the role ${role} of ${contract}`,
    ),
    ...simulation.balances.map(
      ({ token, account, before, after }) =>
        `${who(account)} ${after > before ? "gains" : "loses"} ${after > before ? after - before : before - after} ${coin(token)}`,
    ),
  ];
  const strangers = simulation.touched
    .filter(({ contract }) => contract === null)
    .map(({ address, words }) => `${address}, which is not the protocol's, changes ${words} words of its storage`);
  const effects = [...lines, ...strangers];
  return [
    ...calls,
    "Changes:",
    ...(effects.length > 0 ? effects : ["nothing that this can show"]).map((line) => `  ${line}`),
  ];
}

function innerLines({ inner }: DecodedCall, indent: string): string[] {
  return inner.flatMap((call) => [`${indent}-> ${call.text}`, ...innerLines(call, `${indent}   `)]);
}

const UNIT = 10n ** 18n;

function show(value: unknown): string {
  if (value === undefined) return "nothing";
  const whole = typeof value === "bigint" && value >= UNIT && value % UNIT === 0n;
  return whole ? `${value} (${value / UNIT} x 10^18)` : valueText(value);
}
