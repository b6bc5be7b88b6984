import { decodeAbiParameters, type Hex } from "viem";

/** Gas of an approval and an execution at the destination, besides what the receiver is promised. */
const BASE_GAS = 700_000n;
const KIND_TRANSFER = 1n;
const ENVELOPE = [{ type: "bytes" }, { type: "address" }, { type: "bytes" }] as const;
const MESSAGE = [{ type: "uint256" }, { type: "uint256" }, { type: "bytes" }] as const;
const TRANSFER = [
  { type: "uint64" },
  {
    type: "tuple",
    components: [
      { name: "from", type: "address" },
      { name: "to", type: "address" },
      { name: "amount", type: "uint128" },
      { name: "deadline", type: "uint40" },
      { name: "callGas", type: "uint32" },
      { name: "data", type: "bytes" },
    ],
  },
] as const;

/** A message whose relay is to be paid. */
export interface RelayRequest {
  /** Axelar's names of the chains. */
  source: string;
  destination: string;
  /** Gas at the destination, see `relayGas`. */
  gas: bigint;
}

/** What a relay costs, in the source chain's coin. */
export interface RelayFees {
  /** @returns wei */
  quote(request: RelayRequest): Promise<bigint>;
}

/** The fees of a relay with a fixed price for a unit of gas, as on a local network. @param feePerGas wei */
export function localRelayFees(feePerGas: bigint): RelayFees {
  return { quote: async ({ gas }) => gas * feePerGas };
}

/**
 * Gas that carrying a message takes at its destination.
 * @param payload what the gateway is given; one that is no transfer of a bridge is reckoned to call nothing
 */
export function relayGas(payload: Hex): bigint {
  return BASE_GAS + receiverGas(callGasOf(payload));
}

/** What a bridge asks for, so that its receiver has what it was promised. */
function receiverGas(callGas: number): bigint {
  return BigInt(callGas) + BigInt(callGas) / 32n;
}

/** The same, of a transfer that is yet to be sent. */
export function transferGas(callGas: number): bigint {
  return BASE_GAS + receiverGas(callGas);
}

function callGasOf(payload: Hex): number {
  try {
    const [, , message] = decodeAbiParameters(ENVELOPE, payload);
    const [, kind, body] = decodeAbiParameters(MESSAGE, message);
    if (kind !== KIND_TRANSFER) return 0;
    const [, { callGas }] = decodeAbiParameters(TRANSFER, body);
    return callGas;
  } catch {
    return 0; // somebody else's message
  }
}
