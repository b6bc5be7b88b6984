import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import hre from "hardhat";
import { configPath, loadConfig, parseConfig } from "../../../scripts/deploy/config.ts";
import { deploy } from "../../../scripts/deploy/deploy.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-poc-"));
let connection: Awaited<ReturnType<typeof hre.network.create>>;
before(async () => {
  connection = await hre.network.create();
});
after(async () => {
  await connection.close();
  rmSync(folder, { recursive: true });
});

test("a second run of the deployment undoes no decision taken since", async () => {
  const publicClient = await connection.viem.getPublicClient();
  const [walletClient, guardian] = await connection.viem.getWalletClients();
  const config = loadConfig(configPath("local"));
  config.roles.guardian = guardian!.account.address;
  const options = { publicClient, walletClient: walletClient!, config, path: null };
  const { deployment } = await deploy(options);
  const at = (name: string) => deployment.contracts[name]!.address;
  const market = await connection.viem.getContractAt("JobMarketplace", at("JobMarketplace"));
  const authority = await connection.viem.getContractAt("ProtocolAuthority", at("ProtocolAuthority"));
  // An emergency: the token is taken off the list; the guardian's key is stolen and its role revoked.
  await market.write.configureToken([at("AssayToken"), false, 250, 10n ** 19n]);
  await authority.write.revokeRole([1n, guardian!.account.address]);
  const sent = await deploy(options).then(
    (result) => result.sent.map(({ step }) => step),
    () => [],
  );
  assert.deepEqual(sent, []);
});

test("a second protocol is not put beside a living one, nor the record of the first overwritten", async () => {
  const publicClient = await connection.viem.getPublicClient();
  const [, , first, second] = await connection.viem.getWalletClients();
  const config = loadConfig(configPath("local"));
  const path = join(folder, "31337.json");
  await deploy({ publicClient, walletClient: first!, config, path });
  const written = readFileSync(path, "utf8");
  // Another key (or another compiler setting, or a comment in the proxy's source) gives other addresses.
  await deploy({ publicClient, walletClient: second!, config, path }).catch(() => undefined);
  assert.equal(readFileSync(path, "utf8") === written, true, "the record now names another token and another market");
});

test("a configuration that the contracts will refuse is refused before anything is sent", () => {
  const base = JSON.parse(readFileSync(configPath("local"), "utf8"));
  const bad = (change: (config: typeof base) => void) => {
    const config = structuredClone(base);
    change(config);
    return config;
  };
  const tooHigh = bad((config) => {
    config.market.tokens[0].feeBps = 2_001; // MAX_FEE_BPS
  });
  const tooLong = bad((config) => {
    config.market.minWindow = 30 * 86_400 + 1; // MAX_WINDOW
  });
  const tooMuch = bad((config) => {
    config.market.tokens[0].minBond = "100000000000"; // does not fit into uint96
  });
  for (const config of [tooHigh, tooLong, tooMuch]) assert.throws(() => parseConfig(config), /DEPLOY-011/);
});
