import type { Hex } from "viem";
import { AssayError } from "../errors.ts";
import type { RelayFees, RelayRequest } from "./fees.ts";

/** Who relays: what it asks, and how it is asked to go on with a message. */
export interface RelayNetwork extends RelayFees {
  /**
   * Asks the network to confirm and approve a message. Absent where the relay reads the chains by itself, as on a local network.
   * @throws AssayError SDK-051 with the network's reason
   */
  push?(message: { transactionHash: Hex; index: number }): Promise<void>;
}

interface AxelarQuery {
  estimateGasFee(source: string, destination: string, gasLimit: number): Promise<unknown>;
}

/** What of Axelar's own client is used. */
export interface AxelarClient {
  AxelarQueryAPI: (new (config: {
    environment: string;
  }) => AxelarQuery) & {
    prototype: AxelarQuery & { _initializeAssets?: () => Promise<void> };
  };
  AxelarGMPRecoveryAPI: new (config: {
    environment: string;
  }) => {
    manualRelayToDestChain(
      txHash: string,
      txLogIndex?: number,
      txEventIndex?: number,
      wallet?: { useWindowEthereum: boolean },
      escapeAfterConfirm?: boolean,
      messageId?: string,
    ): Promise<{ success: boolean; error?: unknown }>;
  };
}

/** Which of Axelar's public networks carries the messages. */
export const axelarEnvironments = ["mainnet", "testnet"] as const;
export type AxelarEnvironment = (typeof axelarEnvironments)[number];

/** A package that is not among ours: its dependencies are many times all the others together. */
const PACKAGE = "@axelar-network/axelarjs-sdk";
const VERSION = "0.17.9";

/**
 * Axelar's public network, through its own client, which is loaded now and not before: its constructors talk to the network.
 * @param load loads the client; a bundled program gives an `import` of its own
 * @throws AssayError SDK-050 when it is not installed
 */
export async function axelarNetwork(
  environment: AxelarEnvironment,
  load: () => Promise<AxelarClient> = () => import(PACKAGE) as Promise<AxelarClient>,
): Promise<Required<RelayNetwork>> {
  const { AxelarQueryAPI, AxelarGMPRecoveryAPI } = await load().catch((cause: unknown) => {
    throw new AssayError("SDK-050", {
      message: "the relaying network's own client is not there",
      found: `no package ${PACKAGE}`,
      wanted: `${PACKAGE} ${VERSION} beside this program`,
      hint: `Install it where the program is: npm install --no-save ${PACKAGE}@${VERSION}`,
      cause,
    });
  });
  keepAlive(AxelarQueryAPI.prototype);
  const query = new AxelarQueryAPI({ environment });
  const recovery = new AxelarGMPRecoveryAPI({ environment });
  return {
    quote: async ({ source, destination, gas }: RelayRequest) => {
      const fee = await query.estimateGasFee(source, destination, Number(gas)).catch(refused);
      if (typeof fee === "string" && /^\d+$/.test(fee)) return BigInt(fee);
      throw refusal(`a fee of ${JSON.stringify(fee)}`);
    },
    push: async ({ transactionHash, index }) => {
      const id = `${transactionHash}-${index}`;
      const wallet = { useWindowEthereum: false };
      const { success, error } = await recovery
        .manualRelayToDestChain(transactionHash, index, undefined, wallet, true, id)
        .catch(refused);
      if (!success) throw refusal(String(error));
    },
  };
}

/**
 * The client's constructors fetch a list of tokens and wait for nobody: while the network is away that rejection would be
 * nobody's and would end the whole program. What is used here needs no list.
 */
function keepAlive(prototype: AxelarClient["AxelarQueryAPI"]["prototype"]): void {
  const fetchTokens = prototype._initializeAssets;
  if (!fetchTokens) return;
  prototype._initializeAssets = function (this: unknown) {
    return fetchTokens.call(this).catch(() => {});
  };
}

function refused(error: unknown): never {
  throw refusal(error instanceof Error ? error.message : String(error));
}

function refusal(found: string): AssayError {
  return new AssayError("SDK-051", {
    message: "the relaying network does not help",
    found,
    wanted: "an answer of the relaying network",
    hint: "Ask again later; until then anyone can execute what is approved",
  });
}
