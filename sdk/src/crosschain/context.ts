import type { Address } from "viem";
import { homeBridgeAbi } from "../abis.ts";
import type { AssayContext, ChainContext } from "../context.ts";
import { type AxelarEnd, requireContract } from "../deployment.ts";
import { AssayError } from "../errors.ts";
import { decodeError } from "../revert/decodeError.ts";
import type { RelayFees } from "./fees.ts";
import type { SatelliteDeployment } from "./satellite.ts";

/** A chain from which the protocol is reached, and who signs there. */
export interface SatelliteContext extends ChainContext {
  deployment: SatelliteDeployment;
}

/** Two linked chains. */
export interface RemoteContext {
  home: AssayContext;
  satellite: SatelliteContext;
  /** What relays cost; for nothing when left out, as on a local network. */
  fees: RelayFees;
}

/** One of two linked chains. */
export type Side = "home" | "satellite";

/** Both bridges have the same functions and events. */
export const bridgeAbi = homeBridgeAbi;

/** One side as the bridge sees it. */
export interface End {
  side: Side;
  context: ChainContext;
  chainId: number;
  startBlock: bigint;
  axelar: AxelarEnd;
  /** Through which the protocol sends messages from this chain and receives them. */
  adapter: Address;
  bridge: Address;
  /** ASY on this chain. */
  token: Address;
}

/** @throws AssayError SDK-007 where the home deployment has no bridge */
export function endOf({ home, satellite }: RemoteContext, side: Side): End {
  if (side === "satellite") {
    const { chainId, startBlock, axelar, contracts } = satellite.deployment;
    const { AxelarGatewayAdapter, SatelliteBridge, SatelliteToken } = contracts;
    const at = {
      adapter: AxelarGatewayAdapter.address,
      bridge: SatelliteBridge.address,
      token: SatelliteToken.address,
    };
    return { side, context: satellite, chainId, startBlock: BigInt(startBlock), axelar, ...at };
  }
  const { chainId, startBlock, axelar, contracts } = home.deployment;
  const bridge = requireContract(home.deployment, "HomeBridge").address;
  if (!axelar) {
    throw new AssayError("SDK-007", {
      message: `the deployment on chain ${chainId} does not say where Axelar is`,
      found: "no section axelar",
      wanted: "the file of a protocol that is linked to another chain",
      hint: "Use the deployment file that `npm run deploy -- crosschain` completed",
    });
  }
  return {
    side,
    context: home,
    chainId,
    startBlock: BigInt(startBlock),
    axelar,
    adapter: requireContract(home.deployment, "AxelarGatewayAdapter").address,
    bridge,
    token: contracts.AssayToken.address,
  };
}

export function otherSide(side: Side): Side {
  return side === "home" ? "satellite" : "home";
}

/** The chain's clock, Unix seconds. */
export async function clockOf({ publicClient }: ChainContext): Promise<number> {
  try {
    return Number((await publicClient.getBlock()).timestamp);
  } catch (error) {
    throw decodeError(error);
  }
}
