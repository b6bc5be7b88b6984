import { type Account, createPublicClient, createWalletClient, defineChain, type Hex, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { DeployError } from "./error.ts";

/**
 * Connects to a node with the deployer's key: ASSAY_DEPLOYER_KEY, or the first account of a local chain's node.
 * @throws DeployError DEPLOY-013, DEPLOY-014, DEPLOY-032
 */
export async function connect(options: { chainId: number; name: string; rpcUrl: string }) {
  const { chainId, name, rpcUrl } = options;
  const chain = defineChain({
    id: chainId,
    name,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
  const transport = http(rpcUrl);
  const publicClient = createPublicClient({ chain, transport, pollingInterval: chainId === 31337 ? 50 : 2_000 });
  await publicClient.getChainId().catch((cause: unknown) => {
    // only the origin: the rest of an address may be a key
    const { origin } = new URL(rpcUrl);
    throw new DeployError("DEPLOY-032", `no node answers at ${origin}`, "Start it, or correct --rpc-url", { cause });
  });
  const account = await deployerAccount(chainId, async () => {
    const bare = createWalletClient({ chain, transport });
    return (await bare.getAddresses())[0];
  });
  return { publicClient, walletClient: createWalletClient({ chain, transport, account }) };
}

async function deployerAccount(
  chainId: number,
  firstOfNode: () => Promise<`0x${string}` | undefined>,
): Promise<Account> {
  const key = process.env.ASSAY_DEPLOYER_KEY;
  if (key !== undefined) {
    if (!/^0x[0-9a-fA-F]{64}$/.test(key)) {
      throw new DeployError("DEPLOY-013", "ASSAY_DEPLOYER_KEY is not 0x and 64 hex digits", "Correct the variable");
    }
    return privateKeyToAccount(key as Hex);
  }
  const address = chainId === 31337 ? await firstOfNode() : undefined;
  if (!address) throw new DeployError("DEPLOY-014", "no deployer key found", "Set ASSAY_DEPLOYER_KEY");
  return { address, type: "json-rpc" };
}
