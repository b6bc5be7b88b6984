// One chain for all of life.test.ts: its parts are modules, so that the protocol is deployed once.
import { after, before, beforeEach } from "node:test";
import { type AssayClient, type ClaimedJob, erc20Abi, type SubmittedJob } from "../../../sdk/src/index.ts";
import { ASY, accountOf, createNetwork, type Network, sampleResult, sampleSpec } from "../harness.ts";

export const PRICE = 100n * ASY;
export let network: Network;
export let requester: AssayClient;
export let provider: AssayClient;
export let rival: AssayClient;
export let keeper: AssayClient;
let state: string;

before(async () => {
  network = await createNetwork();
  [keeper, requester, provider, rival] = network.clients as [AssayClient, AssayClient, AssayClient, AssayClient];
  const { AssayToken } = network.deployment.contracts;
  for (const client of [requester, provider, rival]) {
    const args = [accountOf(client), 10_000n * ASY] as const;
    const hash = await network.wallets[0]!.writeContract({
      abi: erc20Abi,
      address: AssayToken.address,
      functionName: "transfer",
      args,
    });
    await network.publicClient.waitForTransactionReceipt({ hash });
  }
  await requester.deposit({ amount: 1_000n * ASY });
  await provider.stake({ amount: 2_000n * ASY });
  await rival.stake({ amount: 2_000n * ASY });
  state = await network.snapshot();
});

beforeEach(async () => {
  await network.revert(state);
  state = await network.snapshot();
});

after(() => network.close());

export async function allowanceOf(client: AssayClient, spender: `0x${string}`): Promise<bigint> {
  return network.publicClient.readContract({
    abi: erc20Abi,
    address: network.deployment.contracts.AssayToken.address,
    functionName: "allowance",
    args: [accountOf(client), spender],
  });
}

/** Takes a job to `submitted`. */
export async function submitted(policy = 1): Promise<SubmittedJob> {
  const { id, terms } = await requester.postJob({ spec: sampleSpec(), price: PRICE, policy });
  await provider.claimJob({ terms });
  const job = (await provider.getJob({ id })) as ClaimedJob;
  await provider.submitResult({ ...job, ...sampleResult(job) });
  return (await keeper.getJob({ id })) as SubmittedJob;
}
