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
  storageUrls,
  whole,
} from "@assay/daemon-kit";
import { ENGINES } from "@assay/exact/engines";
import { type Deployment, parseDeployment } from "@assay/sdk";
import { formatEther, parseUnits } from "viem";
import { z } from "zod";
import {
  axelarRecovery,
  axelarRelay,
  type CrosschainSections,
  completeCrosschain,
  remoteJobs,
  satellite,
} from "./config-crosschain.ts";
import { duties, mode } from "./config-fields.ts";
import { keeperError } from "./errors.ts";

/** The hardhat and anvil chain: mines at once, never reorganises. */
export const LOCAL_CHAIN = 31337;
export const ENV_PREFIX = "ASSAY_KEEPER_";
/** Secrets come by the environment or by file, never from the configuration. */
export const SECRET_VARIABLES = {
  privateKey: `${ENV_PREFIX}PRIVATE_KEY`,
  password: `${ENV_PREFIX}PASSWORD`,
  samplingSeed: `${ENV_PREFIX}SAMPLING_SEED`,
  webhookSecret: `${ENV_PREFIX}WEBHOOK_SECRET`,
  signerKeys: `${ENV_PREFIX}SIGNER_KEYS`,
} as const;

/** `0xTOKEN=0.0004`: what one whole unit (10^18 smallest) of a token is worth, in the chain's coin. */
const tokenValue = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}=\d+(\.\d{1,18})?$/, "must be TOKEN=VALUE, such as 0x...=0.0004");

const settle = z.strictObject({
  enabled: flag.default(false),
  mode,
  jobs: z.enum(["listed", "paid", "all"]).default("listed"),
  accounts: listOf(address).default([]),
  finalize: flag.default(true),
  expire: flag.default(true),
  cancel: flag.default(true),
  spreadSeconds: whole(0, 86_400).default(20),
  minBatch: whole(1, 256).default(1),
  maxWaitSeconds: whole(0, 604_800).default(600),
  maxBatch: whole(1, 256).default(64),
  gasPerBatch: whole(0, 10_000_000).default(60_000),
  gasPerJob: whole(0, 1_000_000).default(16_000),
  margin: z.coerce.number().min(0).max(100).default(0.1),
  gasPerDay: amount.default("0.01"),
});

const disputeClock = z.strictObject({ ...duties, cases: flag.default(true) });
const governance = z.strictObject({ ...duties, queue: flag.default(true), execute: flag.default(true) });
const rewards = z.strictObject({
  ...duties,
  accounts: listOf(address).default([]),
  tokens: listOf(address).default([]),
  minAmount: amount.default("1"),
  margin: z.coerce.number().min(0).max(1000).default(1),
  chores: flag.default(false),
});
const topup = z.strictObject({
  ...duties,
  accounts: listOf(address).default([]),
  low: amount.default("0.05"),
  high: amount.default("0.2"),
  reserve: amount.default("0.05"),
  perDay: amount.default("0.5"),
});
const advisor = z.strictObject({
  enabled: flag.default(false),
  everySeconds: whole(1, 31_536_000).default(86_400),
  periodSeconds: whole(60, 31_536_000).default(604_800),
  minJobs: whole(1, 1e9).default(50),
  forkUrl: z.url({ protocol: /^https?$/, message: "must be an http or https URL" }).optional(),
});
const anomaly = z.strictObject({
  enabled: flag.default(false),
  everySeconds: whole(1, 86_400).default(300),
  periodSeconds: whole(60, 31_536_000).default(86_400),
  slashAsy: amount.default("1000"),
  priceJump: z.coerce.number().min(1.01).max(1e6).default(2),
  share: z.coerce.number().min(0.01).max(1).default(0.5),
  minJobs: whole(1, 1e9).default(20),
  webhooks: listOf(z.url({ protocol: /^https?$/, message: "must be an http or https URL" })).default([]),
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
  gateways: storageUrls.default(["http://127.0.0.1:8080"]),
  maxJobBytes: whole(1, Number.MAX_SAFE_INTEGER).default(10 * 2 ** 30),
  cacheBytes: whole(1, Number.MAX_SAFE_INTEGER).default(10 * 2 ** 30),
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
  place: whole(0, 999).default(0),
  places: whole(0, 1000).default(0),
  tokenValues: listOf(tokenValue).default([]),
  settle,
  challenger,
  disputeClock,
  governance,
  rewards,
  topup,
  advisor,
  anomaly,
  satellite,
  axelarRelay,
  remoteJobs,
  axelarRecovery,
});

export type ParsedConfig = z.output<typeof configSchema>;

/** A section whose amounts are in wei, or in ASY's smallest unit where ASY is meant. */
type Parsed<S extends keyof ParsedConfig, A extends string> = Omit<ParsedConfig[S] & object, A> & Record<A, bigint>;
export type SettleConfig = Parsed<"settle", "gasPerDay">;
export type ChallengerConfig = Parsed<"challenger", "gasPerGame" | "gasPerDay" | "bondPerDay" | "stakeUnit">;
export type DisputeClockConfig = Parsed<"disputeClock", "gasPerDay">;
export type GovernanceConfig = Parsed<"governance", "gasPerDay">;
export type RewardsConfig = Parsed<"rewards", "gasPerDay" | "minAmount">;
export type TopupConfig = Parsed<"topup", "gasPerDay" | "low" | "high" | "reserve" | "perDay">;
export type AdvisorConfig = ParsedConfig["advisor"];
export type AnomalyConfig = Parsed<"anomaly", "slashAsy">;

interface Sections extends CrosschainSections {
  settle: SettleConfig;
  challenger: ChallengerConfig;
  disputeClock: DisputeClockConfig;
  governance: GovernanceConfig;
  rewards: RewardsConfig;
  topup: TopupConfig;
  advisor: AdvisorConfig;
  anomaly: AnomalyConfig;
}

/** The checked configuration: paths absolute, chain-dependent defaults filled in, amounts in smallest units. */
export type KeeperConfig = Omit<
  ParsedConfig,
  keyof Sections | "deployment" | "pollMs" | "confirmations" | "tokenValues"
> &
  Sections & {
    deployment: string;
    pollMs: number;
    confirmations: number;
    /** Wei for 10^18 smallest units of a token, by its address in lower case. */
    tokenValues: ReadonlyMap<string, bigint>;
  };

const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * Reads the settings: flag, environment (ASSAY_KEEPER_...), file, default. Paths are relative to the file's folder.
 * @throws DK-001..DK-004, KP-004
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
  const config = complete(loaded.values, args.file ? dirname(resolve(args.file)) : process.cwd());
  check(config);
  return { config, loaded };
}

function complete(values: ParsedConfig, folder: string): KeeperConfig {
  const local = values.chainId === LOCAL_CHAIN;
  const path = (text: string) => (isAbsolute(text) ? text : join(folder, text));
  const units = (text: string) => parseUnits(text, 18);
  const { settle, challenger, rewards, topup } = values;
  return {
    ...values,
    dataDir: path(values.dataDir),
    ...(values.keystore === undefined ? {} : { keystore: path(values.keystore) }),
    ...(values.passwordFile === undefined ? {} : { passwordFile: path(values.passwordFile) }),
    deployment: values.deployment ? path(values.deployment) : join(REPOSITORY, "deployments", `${values.chainId}.json`),
    pollMs: values.pollMs ?? (local ? 500 : 4000),
    confirmations: values.confirmations ?? (local ? 0 : 2),
    tokenValues: valuesOf(values.tokenValues),
    settle: { ...settle, gasPerDay: units(settle.gasPerDay) },
    disputeClock: { ...values.disputeClock, gasPerDay: units(values.disputeClock.gasPerDay) },
    governance: { ...values.governance, gasPerDay: units(values.governance.gasPerDay) },
    rewards: { ...rewards, gasPerDay: units(rewards.gasPerDay), minAmount: units(rewards.minAmount) },
    topup: {
      ...topup,
      gasPerDay: units(topup.gasPerDay),
      low: units(topup.low),
      high: units(topup.high),
      reserve: units(topup.reserve),
      perDay: units(topup.perDay),
    },
    ...completeCrosschain(values, path),
    anomaly: { ...values.anomaly, slashAsy: units(values.anomaly.slashAsy) },
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

/** @throws KP-004: places and bounds that contradict each other */
function check({ place, places, topup }: KeeperConfig): void {
  if (place > 0 && place >= places) {
    throw keeperError("KP-004", {
      found: `place ${place} of ${places} places`,
      wanted: "a place from 0 to places - 1",
      hint: "number the keepers of one operator from 0, and give each the same number of places",
    });
  }
  if (topup.high <= topup.low) {
    throw keeperError("KP-004", {
      found: `topup.high ${formatEther(topup.high)} and topup.low ${formatEther(topup.low)}`,
      wanted: "high above low",
      hint: "below low an account is filled up to high",
    });
  }
}

function valuesOf(list: readonly string[]): Map<string, bigint> {
  return new Map(
    list.map((item) => {
      const [token = "", value = ""] = item.split("=");
      return [token.toLowerCase(), parseUnits(value, 18)];
    }),
  );
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
