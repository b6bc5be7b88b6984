import type { AssayContext } from "../context.ts";
import { type Deployment, parseDeployment } from "../deployment.ts";
import { AssayError } from "../errors.ts";
import type { RemoteContext, SatelliteContext } from "./context.ts";
import { localRelayFees, type RelayFees } from "./fees.ts";
import { listMessages } from "./listMessages.ts";
import { executeMessage, messageStatus, payMessage } from "./messageStatus.ts";
import { remoteJobStatus } from "./remoteJobStatus.ts";
import {
  cancelRemoteJob,
  claimRemoteRefund,
  postRemoteJob,
  recallRemoteChange,
  recallRemoteJob,
  reportRemoteResult,
  settleRemoteJob,
  takeRemoteChangeHome,
} from "./remoteJobs.ts";
import { parseSatellite, type SatelliteDeployment } from "./satellite.ts";
import {
  acknowledgeTransfer,
  quoteRelay,
  recallTransfer,
  refundTransfer,
  releaseTransfer,
  resendTransfer,
  sendTransfer,
  transferStatus,
} from "./transfers.ts";

const actions = {
  bridge: {
    transfer: sendTransfer,
    quote: quoteRelay,
    status: transferStatus,
    recall: recallTransfer,
    resend: resendTransfer,
    refund: refundTransfer,
    release: releaseTransfer,
    acknowledge: acknowledgeTransfer,
  },
  remoteJob: {
    post: postRemoteJob,
    cancel: cancelRemoteJob,
    recall: recallRemoteJob,
    claimRefund: claimRemoteRefund,
    settle: settleRemoteJob,
    takeHome: takeRemoteChangeHome,
    recallChange: recallRemoteChange,
    report: reportRemoteResult,
    status: remoteJobStatus,
  },
  message: { status: messageStatus, list: listMessages, pay: payMessage, execute: executeMessage },
} as const;

type Bound<F> = F extends (context: RemoteContext, ...args: infer A) => infer R ? (...args: A) => R : never;

/** Everything across two chains: transfers under `bridge`, jobs under `remoteJob`, what carries both under `message`. */
export type RemoteClient = RemoteContext & {
  [Group in keyof typeof actions]: {
    [Name in keyof (typeof actions)[Group]]: Bound<(typeof actions)[Group][Name]>;
  };
};

/**
 * Makes a client for a home chain and a satellite.
 * @param options.home,options.satellite each with an own public client, and a wallet client where it shall write
 * @param options.fees what relays cost; for nothing when left out, as on a local network
 * @throws AssayError SDK-003 when a deployment is not valid, SDK-004 when the satellite belongs to another home chain
 */
export function createRemoteClient(options: {
  home: Omit<AssayContext, "deployment"> & { deployment: Deployment };
  satellite: Omit<SatelliteContext, "deployment"> & { deployment: SatelliteDeployment };
  fees?: RelayFees | undefined;
}): RemoteClient {
  const { fees = localRelayFees(0n) } = options;
  const home = { ...options.home, deployment: parseDeployment(options.home.deployment) };
  const satellite = { ...options.satellite, deployment: parseSatellite(options.satellite.deployment) };
  const { homeChain } = satellite.deployment;
  if (homeChain !== home.deployment.chainId) {
    throw new AssayError("SDK-004", {
      message: "the satellite belongs to another home chain",
      found: `chain ${homeChain}`,
      wanted: `chain ${home.deployment.chainId}`,
      hint: "Load the deployment files of one pair of chains",
    });
  }
  const context: RemoteContext = { home, satellite, fees };
  const bound = Object.entries(actions).map(([group, all]) => [
    group,
    Object.fromEntries(
      Object.entries(all).map(([name, action]) => {
        const run = action as (context: RemoteContext, ...args: unknown[]) => unknown;
        return [name, (...args: unknown[]) => run(context, ...args)];
      }),
    ),
  ]);
  return { ...context, ...Object.fromEntries(bound) } as RemoteClient;
}
