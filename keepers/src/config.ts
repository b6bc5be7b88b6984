import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  address,
  amount,
  flag,
  httpUrls,
  type LoadedConfig,
  listOf,
  loadConfig,
  logLevel,
  readDeploymentFile,
  whole,
} from "@assay/daemon-kit";
import { ENGINES } from "@assay/exact/engines";
import { type Deployment, parseDeployment } from "@assay/sdk";
import { parseUnits } from "viem";
import { z } from "zod";
import { keeperError } from "./errors.ts";

/** The hardhat and anvil chain: mines at once, never reorganises. */
export const LOCAL_CHAIN = 31337;
export const ENV_PREFIX = "ASSAY_KEEPER_";
/** Secrets come by the environment or by file, never from the configuration. */
export const SECRET_VARIABLES = {
  privateKey: `${ENV_PREFIX}PRIVATE_KEY`,
  password: `${ENV_PREFIX}PASSWORD`,
  samplingSeed: `${ENV_PREFIX}SAMPLING_SEED`,
} as const;

const settle = z.strictObject({
  enabled: flag.default(false),
  jobs: z.enum(["listed", "all"]).default("listed"),
  accounts: listOf(address).default([]),
  finalize: flag.default(true),
  expire: flag.default(true),
  cancel: flag.default(true),
  spreadSeconds: whole(0, 86_400).default(20),
  maxBatch: whole(1, 256).default(64),
  gasPerDay: amount.default("0.01"),
});

const challenger = z.strictObject({
  enabled: flag.default(false),
  check: z.enum(["all", "sampled", "stake"]).default("all"),
  rate: z.coerce.number().min(0).max(1).default(0.1),
  stakeUnit: amount.default("1000"),
  dispute: address.optional(),
  engine: z.enum(["auto", ...ENGINES]).default("wasm"),
  engineFolder: z.string().optional(),
  allowSoftwareGpu: flag.default(false),
  sandbox: z.enum(["auto", "required", "off"]).default("auto"),
  diskMb: whole(1, 1e9).default(20 * 1024),
  gateways: httpUrls.default(["http://127.0.0.1:8080"]),
  maxJobBytes: whole(1, Number.MAX_SAFE_INTEGER).default(2 ** 30),
  memoryMb: whole(128, 1_000_000).default(2048),
  silenceSeconds: whole(5, 86_400).default(300),
  maxParallelRuns: whole(1, 64).default(1),
  maxAttempts: whole(1, 100).default(3),
  recheck: flag.default(true),
  marginSeconds: whole(0, 86_400).default(60),
  maxGames: whole(1, 1000).default(8),
  gasPerGame: amount.default("0.01"),
  gasPerDay: amount.default("0.05"),
  bondPerDay: amount.default("100"),
});

export const configSchema = z.strictObject({
  rpcUrls: httpUrls.default(["http://127.0.0.1:8545"]),
  chainId: whole(1, Number.MAX_SAFE_INTEGER).default(LOCAL_CHAIN),
  deployment: z.string().optional(),
  keystore: z.string().optional(),
  passwordFile: z.string().optional(),
  dataDir: z.string().default("keeper-data"),
  pollMs: whole(50, 600_000).optional(),
  confirmations: whole(0, 1000).optional(),
  maxFeeGwei: z.coerce.number().positive().max(1e6).default(500),
  httpHost: z.string().default("127.0.0.1"),
  httpPort: whole(0, 65_535).default(9465),
  logLevel: logLevel.default("info"),
  settle,
  challenger,
});

export type ParsedConfig = z.output<typeof configSchema>;

/** Amounts in wei, and in ASY's smallest unit where stake is meant. */
export type SettleConfig = Omit<ParsedConfig["settle"], "gasPerDay"> & { gasPerDay: bigint };
type Amounts = "gasPerGame" | "gasPerDay" | "bondPerDay" | "stakeUnit";
export type ChallengerConfig = Omit<ParsedConfig["challenger"], Amounts> & Record<Amounts, bigint>;

/** The checked configuration: paths absolute, chain-dependent defaults filled in, amounts in smallest units. */
export type KeeperConfig = Omit<ParsedConfig, "settle" | "challenger" | "deployment" | "pollMs" | "confirmations"> & {
  deployment: string;
  pollMs: number;
  confirmations: number;
  settle: SettleConfig;
  challenger: ChallengerConfig;
};

const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * Reads the settings: flag, environment (ASSAY_KEEPER_...), file, default. Paths are relative to the file's folder.
 * @throws DK-001..DK-004
 */
export function loadKeeperConfig(args: {
  file?: string | undefined;
  flags?: Record<string, unknown>;
  env?: NodeJS.ProcessEnv;
}): { config: KeeperConfig; loaded: LoadedConfig<ParsedConfig> } {
  const loaded = loadConfig({
    schema: configSchema,
    flags: args.flags,
    env: args.env,
    envPrefix: ENV_PREFIX,
    envIgnore: Object.values(SECRET_VARIABLES),
    file: args.file,
  });
  return { config: complete(loaded.values, args.file ? dirname(resolve(args.file)) : process.cwd()), loaded };
}

function complete(values: ParsedConfig, folder: string): KeeperConfig {
  const local = values.chainId === LOCAL_CHAIN;
  const path = (text: string) => (isAbsolute(text) ? text : join(folder, text));
  const units = (text: string) => parseUnits(text, 18);
  const { settle, challenger } = values;
  return {
    ...values,
    dataDir: path(values.dataDir),
    ...(values.keystore === undefined ? {} : { keystore: path(values.keystore) }),
    ...(values.passwordFile === undefined ? {} : { passwordFile: path(values.passwordFile) }),
    deployment: values.deployment ? path(values.deployment) : join(REPOSITORY, "deployments", `${values.chainId}.json`),
    pollMs: values.pollMs ?? (local ? 500 : 4000),
    confirmations: values.confirmations ?? (local ? 0 : 2),
    settle: { ...settle, gasPerDay: units(settle.gasPerDay) },
    challenger: {
      ...challenger,
      ...(challenger.engineFolder === undefined ? {} : { engineFolder: path(challenger.engineFolder) }),
      stakeUnit: units(challenger.stakeUnit),
      gasPerGame: units(challenger.gasPerGame),
      gasPerDay: units(challenger.gasPerDay),
      bondPerDay: units(challenger.bondPerDay),
    },
  };
}

/**
 * The addresses of the protocol.
 * @throws KP-002, SDK-003
 */
export function readDeployment({ deployment, chainId }: { deployment: string; chainId: number }): Deployment {
  return readDeploymentFile({
    path: deployment,
    chainId,
    parse: parseDeployment,
    fail: (init) => keeperError("KP-002", init),
  });
}
