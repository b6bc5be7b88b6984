// A hand-over to governance on a running local chain, and votes that pass: what the keepers' long run executes.
import { type Address, encodeFunctionData, type Hex, type PublicClient } from "viem";
import { configPath, loadConfig } from "../../scripts/deploy/config.ts";
import { handover } from "../../scripts/deploy/handover.ts";
import type { LocalChain } from "../../scripts/lib/devnet.ts";
import { contractAbis, type Deployment } from "../../sdk/src/index.ts";
import { CLOCKS, FOR, withGovernance } from "../support/governed.ts";

const PARAMETER = { contract: "StakingManager", functionName: "setThawPeriod", first: 3_601n } as const;

/** Gives the protocol of a local chain to governance, in whose councils' place any contract stands. */
export async function giveToGovernance(home: LocalChain, path: string, deployment: Deployment): Promise<Deployment> {
  const standIn = deployment.contracts.AssayToken.address;
  const config = withGovernance(loadConfig(configPath("local")), standIn, standIn);
  const { publicClient } = home;
  const given = await handover({ publicClient, walletClient: home.wallet(0), config, path });
  return given.deployment as Deployment;
}

/** Takes proposals through their votes, by the deployer's ASY: all that is left is to queue and execute them. */
export async function passProposals(
  home: LocalChain,
  { contracts }: Deployment,
  count: number,
  pass: (seconds: number) => Promise<void>,
): Promise<void> {
  const wallet = home.wallet(0);
  const governor = { address: contracts.AssayGovernor!.address, abi: contractAbis.AssayGovernor } as const;
  const wait = (hash: Hex) => (home.publicClient as PublicClient).waitForTransactionReceipt({ hash });
  const token = { address: contracts.AssayToken.address, abi: contractAbis.AssayToken } as const;
  await wait(await wallet.writeContract({ ...token, functionName: "delegate", args: [wallet.account.address] }));
  await pass(10);
  const ids: bigint[] = [];
  for (let index = 0; index < count; index++) {
    const data = encodeFunctionData({
      abi: contractAbis[PARAMETER.contract],
      functionName: PARAMETER.functionName,
      args: [PARAMETER.first + BigInt(index)],
    });
    const targets: Address[] = [contracts[PARAMETER.contract].address];
    const args = [targets, [0n], [data], `proposal ${index}`] as const;
    const { request, result } = await home.publicClient.simulateContract({
      ...governor,
      functionName: "propose",
      args,
      account: wallet.account,
    });
    await wait(await wallet.writeContract(request));
    ids.push(result);
  }
  await pass(CLOCKS.votingDelay + 1);
  for (const id of ids)
    await wait(await wallet.writeContract({ ...governor, functionName: "castVote", args: [id, FOR] }));
  await pass(CLOCKS.votingPeriod + 1);
}
