import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { address, httpUrls, loadConfig, readDeploymentFile, type SettingsArgs, whole } from "@assay/daemon-kit";
import { axelarEnvironments, type Deployment, parseDeployment } from "@assay/sdk";
import { z } from "zod";
import { cliError } from "./errors.ts";

/** The hardhat and anvil chain: mines at once, never reorganises. */
const LOCAL_CHAIN = 31337;
export const CONFIG_FILE = "assay.yaml";
export const ENV_PREFIX = "ASSAY_";
/** Secrets come by the environment or by file, never from the configuration. */
export const SECRET_VARIABLES = {
  privateKey: `${ENV_PREFIX}PRIVATE_KEY`,
  password: `${ENV_PREFIX}PASSWORD`,
} as const;

const schema = z.strictObject({
  rpcUrls: httpUrls.default(["http://127.0.0.1:8545"]),
  chainId: whole(1, Number.MAX_SAFE_INTEGER).default(LOCAL_CHAIN),
  deployment: z.string().optional(),
  keystore: z.string().optional(),
  passwordFile: z.string().optional(),
  account: address.optional(),
  pollMs: whole(50, 600_000).optional(),
  satelliteRpcUrls: httpUrls.optional(),
  satelliteDeployment: z.string().optional(),
  relayEnvironment: z.enum([...axelarEnvironments, "local"]).default("local"),
  relayFeeGwei: z.coerce.number().min(0).max(1e6).default(0),
});

/** The checked settings, paths absolute. */
export type CliConfig = Omit<z.output<typeof schema>, "deployment" | "pollMs"> & { deployment: string; pollMs: number };

const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * Reads the settings: flag, environment (ASSAY_...), file, default. Paths are relative to the file's folder.
 * @throws DK-001..DK-004
 */
export function loadCliConfig({ file, flags, env }: SettingsArgs): CliConfig {
  // other programs of ours have longer prefixes, which begin with this one
  const own = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => {
      const variable = `${ENV_PREFIX}${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
      return env[variable] === undefined ? [] : [[variable, env[variable]]];
    }),
  );
  const { values } = loadConfig({ schema, flags, env: own, envPrefix: ENV_PREFIX, file });
  const folder = file ? dirname(resolve(file)) : process.cwd();
  const path = (text: string) => (isAbsolute(text) ? text : join(folder, text));
  return {
    ...values,
    ...(values.keystore === undefined ? {} : { keystore: path(values.keystore) }),
    ...(values.passwordFile === undefined ? {} : { passwordFile: path(values.passwordFile) }),
    ...(values.satelliteDeployment === undefined ? {} : { satelliteDeployment: path(values.satelliteDeployment) }),
    deployment: values.deployment ? path(values.deployment) : join(REPOSITORY, "deployments", `${values.chainId}.json`),
    pollMs: values.pollMs ?? (values.chainId === LOCAL_CHAIN ? 200 : 4000),
  };
}

/** The protocol's addresses. @throws CLI-002, SDK-003 */
export function readDeployment({ deployment: path, chainId }: CliConfig): Deployment {
  return readDeploymentFile({ path, chainId, parse: parseDeployment, fail: (init) => cliError("CLI-002", init) });
}
