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
import { type Address, parseUnits } from "viem";
import { z } from "zod";
import { nodeError } from "./errors.ts";
import { NOTICES } from "./notice-names.ts";
import type { Pricing } from "./quote.ts";

/** The hardhat and anvil chain: mines at once, never reorganises. */
export const LOCAL_CHAIN = 31337;
export const ENV_PREFIX = "ASSAY_NODE_";
/** Secrets come by the environment or by file, never from the configuration. */
export const SECRET_VARIABLES = {
  privateKey: `${ENV_PREFIX}PRIVATE_KEY`,
  password: `${ENV_PREFIX}PASSWORD`,
  ownerKey: `${ENV_PREFIX}OWNER_KEY`,
  uploadToken: `${ENV_PREFIX}UPLOAD_TOKEN`,
  webhookSecret: `${ENV_PREFIX}WEBHOOK_SECRET`,
} as const;

const tokenPrice = z.strictObject({
  minPrice: amount.default("0"),
  minPerGmac: amount.default("0"),
  decimals: whole(0, 36).default(18),
});

export const configSchema = z.strictObject({
  rpcUrls: httpUrls.default(["http://127.0.0.1:8545"]),
  chainId: whole(1, Number.MAX_SAFE_INTEGER).default(LOCAL_CHAIN),
  deployment: z.string().optional(),
  owner: address.optional(),
  keystore: z.string().optional(),
  passwordFile: z.string().optional(),
  gateways: storageUrls.default(["http://127.0.0.1:8080"]),
  gatewayTimeoutSeconds: whole(1, 3600).default(30),
  dataDir: z.string().default("data"),
  engine: z.enum(["auto", ...ENGINES]).default("auto"),
  engineFolder: z.string().optional(),
  allowSoftwareGpu: flag.default(false),
  sandbox: z.enum(["auto", "required", "off"]).default("auto"),
  pollMs: whole(50, 600_000).optional(),
  confirmations: whole(0, 1000).optional(),
  claimSpreadMs: whole(0, 600_000).default(4000),
  prices: z
    .record(z.union([z.literal("ASY"), address]), tokenPrice)
    .default({ ASY: { minPrice: "0", minPerGmac: "0", decimals: 18 } }),
  runMarginSeconds: whole(0, 86_400).default(30),
  slowness: z.coerce.number().min(0.01).max(1000).optional(),
  claimMarginSeconds: whole(0, 86_400).default(5),
  maxJobBytes: whole(1, Number.MAX_SAFE_INTEGER).default(10 * 2 ** 30),
  cacheBytes: whole(1, Number.MAX_SAFE_INTEGER).default(10 * 2 ** 30),
  memoryMb: whole(128, 1_000_000).default(2048),
  diskMb: whole(1, 1e9).default(20 * 1024),
  benchmark: flag.default(true),
  logMb: whole(1, 1e6).default(256),
  mode: z.enum(["auto", "oversight", "manual"]).default("auto"),
  requesters: listOf(address).default([]),
  blockedRequesters: listOf(address).default([]),
  kinds: listOf(z.enum(["train", "infer"])).default(["train", "infer"]),
  minGmac: z.coerce.number().min(0).max(1e15).default(0),
  maxGmac: z.coerce.number().min(0).max(1e15).default(1e15),
  pricing: z.strictObject({
    costPerHour: amount.default("0"),
    asyPerCoin: amount.default("0"),
    slashRiskPpm: whole(0, 1_000_000).default(100),
    minMarginPercent: whole(0, 10_000).default(0),
    patience: z.coerce.number().min(0).max(1).default(0),
  }),
  reorgDepth: whole(1, 10_000).default(64),
  maxLagBlocks: whole(0, 1000).default(3),
  maxParallelJobs: whole(1, 64).default(1),
  maxAttempts: whole(1, 100).default(3),
  silenceSeconds: whole(5, 86_400).default(300),
  collect: flag.default(false),
  maxBond: amount.default("1000000000"),
  maxWindow: whole(1, 365 * 86_400).default(14 * 86_400),
  minGasBalance: amount.default("0.005"),
  maxFeeGwei: z.coerce.number().positive().max(1e6).default(500),
  webhooks: z.strictObject({
    receivers: listOf(z.url({ protocol: /^https?$/, message: "must be an http or https URL" })).default([]),
    events: listOf(z.enum(NOTICES)).default([...NOTICES]),
    minFreeStake: amount.default("0"),
    maxHeadAgeSeconds: whole(10, 86_400).default(300),
  }),
  httpHost: z.string().default("127.0.0.1"),
  httpPort: whole(0, 65_535).default(9464),
  logLevel: logLevel.default("info"),
});

type Parsed = z.output<typeof configSchema>;

/** The smallest unit of a token in which a job may be paid, per job and per 10^9 multiply-adds. */
export interface TokenPrice {
  minPrice: bigint;
  minPerGmac: bigint;
}

/** The checked configuration: paths absolute, chain-dependent defaults filled in, amounts in smallest units. */
export type NodeConfig = Omit<
  Parsed,
  "prices" | "pricing" | "webhooks" | "deployment" | "pollMs" | "confirmations" | "minGasBalance" | "maxBond"
> & {
  pollMs: number;
  confirmations: number;
  deployment: string;
  /** By token address in lower case, or "ASY". */
  prices: ReadonlyMap<string, TokenPrice>;
  pricing: Pricing;
  /** `minFreeStake` in ASY's smallest unit. */
  webhooks: Omit<Parsed["webhooks"], "minFreeStake"> & { minFreeStake: bigint };
  /** Wei. */
  minGasBalance: bigint;
  /** Largest bond of a job, ASY's smallest unit. */
  maxBond: bigint;
};

const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * Reads the settings: flag, environment (ASSAY_NODE_...), file, default. Paths are relative to the file's folder.
 * @throws DK-001..DK-004
 */
export function loadNodeConfig(args: {
  file?: string | undefined;
  flags?: Record<string, unknown>;
  env?: NodeJS.ProcessEnv;
}): { config: NodeConfig; loaded: LoadedConfig<Parsed> } {
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

function complete(values: Parsed, folder: string): NodeConfig {
  const local = values.chainId === LOCAL_CHAIN;
  const path = (text: string) => (isAbsolute(text) ? text : join(folder, text));
  const prices = new Map(
    Object.entries(values.prices).map(([token, price]) => [
      token === "ASY" ? token : token.toLowerCase(),
      {
        minPrice: parseUnits(price.minPrice, price.decimals),
        minPerGmac: parseUnits(price.minPerGmac, price.decimals),
      },
    ]),
  );
  return {
    ...values,
    prices,
    pricing: {
      ...values.pricing,
      costPerHour: parseUnits(values.pricing.costPerHour, 18),
      asyPerCoin: parseUnits(values.pricing.asyPerCoin, 18),
    },
    webhooks: { ...values.webhooks, minFreeStake: parseUnits(values.webhooks.minFreeStake, 18) },
    dataDir: path(values.dataDir),
    ...(values.keystore === undefined ? {} : { keystore: path(values.keystore) }),
    ...(values.engineFolder === undefined ? {} : { engineFolder: path(values.engineFolder) }),
    ...(values.passwordFile === undefined ? {} : { passwordFile: path(values.passwordFile) }),
    deployment: values.deployment ? path(values.deployment) : join(REPOSITORY, "deployments", `${values.chainId}.json`),
    pollMs: values.pollMs ?? (local ? 500 : 4000),
    confirmations: values.confirmations ?? (local ? 0 : 2),
    minGasBalance: parseUnits(values.minGasBalance, 18),
    maxBond: parseUnits(values.maxBond, 18),
  };
}

/**
 * The addresses of the protocol.
 * @throws CN-002, SDK-003
 */
export function readDeployment({ deployment, chainId }: { deployment: string; chainId: number }): Deployment {
  return readDeploymentFile({
    path: deployment,
    chainId,
    parse: parseDeployment,
    fail: (init) => nodeError("CN-002", init),
  });
}

/** Settings that a running node takes over without a restart. */
const HOT = [
  "prices",
  "pricing",
  "mode",
  "requesters",
  "blockedRequesters",
  "kinds",
  "minGmac",
  "maxGmac",
  "maxBond",
  "maxWindow",
  "collect",
] as const satisfies readonly (keyof NodeConfig)[];

/** Takes over what may change while a node runs. @returns the names of what has changed */
export function takeOver(current: NodeConfig, fresh: NodeConfig): string[] {
  const text = (value: unknown) =>
    JSON.stringify(value instanceof Map ? [...value] : value, (_, item) =>
      typeof item === "bigint" ? `${item}` : item,
    );
  const changed = HOT.filter((name) => text(current[name]) !== text(fresh[name]));
  Object.assign(current, Object.fromEntries(changed.map((name) => [name, fresh[name]])));
  return changed;
}

/** The price floor for a token, undefined when the operator takes none of it. */
export function priceFloor(config: Pick<NodeConfig, "prices">, token: Address, asy: Address): TokenPrice | undefined {
  const name = token.toLowerCase();
  return config.prices.get(name) ?? (name === asy.toLowerCase() ? config.prices.get("ASY") : undefined);
}
