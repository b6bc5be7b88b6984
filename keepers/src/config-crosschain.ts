import { amount, flag, httpUrls, readDeploymentFile, whole } from "@assay/daemon-kit";
import { parseSatellite, type SatelliteDeployment } from "@assay/sdk";
import { parseGwei, parseUnits } from "viem";
import { z } from "zod";
import { duties, mode } from "./config-fields.ts";
import { keeperError } from "./errors.ts";

/** The second chain; without `rpcUrls` there is none. */
export const satellite = z.strictObject({
  rpcUrls: httpUrls.optional(),
  deployment: z.string().optional(),
  confirmations: whole(0, 1000).default(0),
  feePerGasGwei: z.coerce.number().min(0).max(1e6).default(0),
});

export const axelarRelay = z.strictObject({
  enabled: flag.default(false),
  mode,
  signerKeysFile: z.string().optional(),
  threshold: whole(1, 100).default(2),
  maxPayloadBytes: whole(1, 1_000_000).default(16_384),
  maxGas: whole(100_000, 30_000_000).default(6_000_000),
  // a relay that is alone waits for nobody
  spreadSeconds: whole(0, 86_400).default(0),
  gasPerDay: amount.default("0.1"),
});

export const remoteJobs = z.strictObject({
  ...duties,
  report: flag.default(true),
  settle: flag.default(true),
  release: flag.default(true),
  refund: flag.default(true),
});

export const axelarRecovery = z.strictObject({
  ...duties,
  environment: z.enum(["mainnet", "testnet", "local"]).default("testnet"),
  afterSeconds: whole(1, 2_592_000).default(1800),
  maxFee: amount.default("0.02"),
  feePerDay: amount.default("0.1"),
});

type Parsed<S extends z.ZodType, A extends string> = Omit<z.output<S>, A> & Record<A, bigint>;

/** Amounts in wei, paths absolute. */
export interface CrosschainSections {
  satellite: Omit<z.output<typeof satellite>, "feePerGasGwei"> & {
    /** Wei that a relay is paid for a unit of the destination's gas; 0: it relays for nothing. */
    feePerGas: bigint;
  };
  axelarRelay: Parsed<typeof axelarRelay, "gasPerDay">;
  remoteJobs: Parsed<typeof remoteJobs, "gasPerDay">;
  axelarRecovery: Parsed<typeof axelarRecovery, "gasPerDay" | "maxFee" | "feePerDay">;
}

interface Values {
  satellite: z.output<typeof satellite>;
  axelarRelay: z.output<typeof axelarRelay>;
  remoteJobs: z.output<typeof remoteJobs>;
  axelarRecovery: z.output<typeof axelarRecovery>;
}

/** @param path makes a path absolute */
export function completeCrosschain(values: Values, path: (text: string) => string): CrosschainSections {
  const { axelarRelay: relay, remoteJobs: jobs, axelarRecovery: recovery } = values;
  const { feePerGasGwei, deployment, ...rest } = values.satellite;
  const units = (text: string) => parseUnits(text, 18);
  return {
    satellite: {
      ...rest,
      ...(deployment === undefined ? {} : { deployment: path(deployment) }),
      feePerGas: parseGwei(feePerGasGwei.toFixed(9)),
    },
    axelarRelay: {
      ...relay,
      ...(relay.signerKeysFile === undefined ? {} : { signerKeysFile: path(relay.signerKeysFile) }),
      gasPerDay: units(relay.gasPerDay),
    },
    remoteJobs: { ...jobs, gasPerDay: units(jobs.gasPerDay) },
    axelarRecovery: {
      ...recovery,
      gasPerDay: units(recovery.gasPerDay),
      maxFee: units(recovery.maxFee),
      feePerDay: units(recovery.feePerDay),
    },
  };
}

/**
 * The addresses of the second chain; undefined where the settings name none.
 * @throws KP-002, KP-004, SDK-003
 */
export function readSatellite(
  { rpcUrls, deployment }: Pick<CrosschainSections["satellite"], "rpcUrls" | "deployment">,
  homeChain: number,
): SatelliteDeployment | undefined {
  if (rpcUrls === undefined && deployment === undefined) return undefined;
  const hint = "a second chain has satellite.rpcUrls and satellite.deployment, the file that its deployment wrote";
  if (rpcUrls === undefined || deployment === undefined) {
    const found = `only satellite.${rpcUrls === undefined ? "deployment" : "rpcUrls"}`;
    throw keeperError("KP-004", { found, wanted: "both, or neither", hint });
  }
  return readDeploymentFile({
    path: deployment,
    chainId: homeChain,
    // the file's home must be this keeper's chain
    parse: (json) => {
      const file = parseSatellite(json);
      return { ...file, chainId: file.homeChain, satellite: file };
    },
    fail: (init) => keeperError("KP-002", { ...init, hint }),
  }).satellite;
}
