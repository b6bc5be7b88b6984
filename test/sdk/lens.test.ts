import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { erc20Abi, getAddress } from "viem";
import { ASY, accountOf, createNetwork, type Network, sampleSpec } from "./harness.ts";

let network: Network;
before(async () => {
  network = await createNetwork();
});
after(() => network.close());

test("pages of lanes, jobs and providers, a position, parameters and books, each by one call", async () => {
  const [requester, provider] = network.clients as [Network["clients"][0], Network["clients"][0]];
  await requester.deposit({ amount: 1_000n * ASY });
  const account = accountOf(provider);
  const token = { address: network.deployment.contracts.AssayToken.address, abi: erc20Abi } as const;
  await network.wallets[0]!.writeContract({ ...token, functionName: "transfer", args: [account, 2_000n * ASY] });
  await provider.stake({ amount: 1_000n * ASY });
  const posted = await requester.postJob({ spec: sampleSpec(), price: 10n * ASY, lane: { lane: 3, generation: 1 } });
  const job = await requester.getJob({ id: posted.id });

  const { lanes, next } = await requester.viewLanes({ first: 2, limit: 2 });
  assert.deepEqual(
    [lanes.map(({ lane, status }) => [lane, status]), next],
    [
      [
        [2n, 0],
        [3n, 1],
      ],
      4,
    ],
  );
  assert.equal((await requester.viewLanes({ first: 65_535 })).next, undefined);
  const [shown] = await requester.viewJobs({ jobs: [job] });
  assert.deepEqual([shown!.id, shown!.current, shown!.price], [posted.id, true, 10n * ASY]);

  const [one] = await requester.viewProviders({ providers: [account] });
  assert.equal(one!.stake, 1_000n * ASY);
  const own = await provider.viewPosition({ delegatedTo: [account] });
  assert.deepEqual(
    [own.stake, own.votes.units, own.delegations[0]!.delegation.shares],
    [1_000n * ASY, 1_000n * ASY, 0n],
  );
  assert.equal((await requester.viewPosition()).tokens[0]!.balance, 990n * ASY);
  const { tokens, strategies } = await requester.viewParameters();
  assert.equal(tokens[0]!.token, getAddress(network.deployment.contracts.AssayToken.address));
  assert.equal(strategies[0], getAddress(network.deployment.contracts.OptimisticWindow.address));
  const books = await requester.viewAccounting();
  assert.deepEqual([books.held[0]!.market, books.stakingOwed], [1_000n * ASY, 1_000n * ASY]);
  const many = Array.from({ length: 257 }, () => account);
  await assert.rejects(requester.viewProviders({ providers: many }), { code: "SDK-030", message: /257 items/ });
});
