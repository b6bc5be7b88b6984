import type { DaemonError } from "@assay/daemon-kit";
import { localRelayFees, type RelayFees, type RelayRequest } from "@assay/sdk";
import type { Hex } from "viem";
import { keeperError } from "../../errors.ts";

/** Who relays: what it asks, and how it is asked to go on with a message. */
export interface RelayNetwork extends RelayFees {
  /** Asks the network to confirm and approve a message. @throws KP-075 with the network's reason */
  push(message: { transactionHash: Hex; index: number }): Promise<void>;
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

/** A package that is not among ours: its dependencies are many times all the others together. */
const PACKAGE = "@axelar-network/axelarjs-sdk";
const VERSION = "0.17.9";

/**
 * Axelar's public network, through its own client, which is loaded now and not before: its constructors talk to the network.
 * @param load loads the client @throws KP-074 when it is not installed
 */
export async function axelarNetwork(
  environment: "mainnet" | "testnet",
  load: () => Promise<AxelarClient> = () => import(PACKAGE) as Promise<AxelarClient>,
): Promise<RelayNetwork> {
  const { AxelarQueryAPI, AxelarGMPRecoveryAPI } = await load().catch((cause: unknown) => {
    throw keeperError("KP-074", {
      found: `no package ${PACKAGE}`,
      wanted: `${PACKAGE} ${VERSION} beside the keeper`,
      hint: `install it where the keeper is: npm install --no-save ${PACKAGE}@${VERSION}`,
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
 * nobody's and would end the process. What is used here needs no list.
 */
function keepAlive(prototype: AxelarClient["AxelarQueryAPI"]["prototype"]): void {
  const fetchTokens = prototype._initializeAssets;
  if (!fetchTokens) return;
  prototype._initializeAssets = function (this: unknown) {
    return fetchTokens.call(this).catch(() => {});
  };
}

/** A relay of one's own, with a fixed price, which needs no pushing: it reads the chains. */
export function localNetwork(feePerGas: bigint): RelayNetwork {
  return { ...localRelayFees(feePerGas), push: async () => {} };
}

function refused(error: unknown): never {
  throw refusal(error instanceof Error ? error.message : String(error));
}

function refusal(found: string): DaemonError {
  return keeperError("KP-075", {
    kind: "Retryable",
    found,
    wanted: "an answer of the relaying network",
    hint: "it is asked again; until then anyone can execute what is approved",
  });
}
