import {
  contractAbis,
  decodeCall,
  getEvents,
  jobMarketplaceAbi,
  type PreparedCall,
  prepareBurnForfeited,
  prepareClaimFees,
  prepareCollect,
  protocolCall,
  stakingManagerAbi,
} from "@assay/sdk";
import { type Address, isAddressEqual } from "viem";
import type { Bot, KeeperContext } from "../../bot.ts";
import type { Duty } from "../../duty/duty.ts";
import { DutyBot } from "../../duty/duty-bot.ts";
import { decideRewards, type Waiting } from "./decide.ts";

const NAME = "reward-settle";
const HOUR = 3600;

/** Collects what the operator's accounts have earned, as provider and as delegator, where it pays. */
export function openRewards(context: KeeperContext): Bot {
  const { config } = context;
  return new DutyBot(context, {
    ...config.rewards,
    name: NAME,
    refused: "KP-042",
    doneByOthers: ["Market_NothingEarned", "Delegation_NoFees", "Staking_NothingToBurn", "Staking_NothingForAuditFund"],
    plan: async ({ now, gasPrice }) => {
      const state = { waiting: await waitingFor(context), gasPrice, tokenValues: config.tokenValues };
      // the same earnings again within the hour are what the endpoint has not heard of yet
      const hour = Math.floor(now / HOUR);
      return decideRewards(state, config.rewards).map((each) => dutyOf(context, each, hour));
    },
  });
}

function dutyOf({ client }: KeeperContext, each: Waiting, hour: number): Duty {
  const { to, data, value = 0n } = callOf(client, each);
  const parts = "token" in each ? [each.token, each.provider, "account" in each ? each.account : ""] : [];
  const { text } = decodeCall(client.deployment, { target: to, data, value });
  return { key: [NAME, each.type, ...parts].join(":"), round: hour, to, data, value, due: hour * HOUR, text };
}

function callOf(client: KeeperContext["client"], each: Waiting): PreparedCall {
  if (each.type === "collect") return prepareCollect(client, each);
  if (each.type === "claimFees") return prepareClaimFees(client, each);
  if (each.type === "burnForfeited") return prepareBurnForfeited(client);
  const { target, data } = protocolCall(client.deployment, {
    contract: "StakingManager",
    functionName: "payAuditFund",
    args: [],
  });
  return { label: "StakingManager.payAuditFund", to: target, data, value: 0n };
}

async function waitingFor(context: KeeperContext): Promise<Waiting[]> {
  const { config, account, client } = context;
  const asy = client.deployment.contracts.AssayToken.address;
  const accounts = distinct([account.address, ...config.rewards.accounts]);
  const tokens = distinct([asy, ...config.rewards.tokens]);
  const found = await Promise.all([
    ...accounts.flatMap((provider) => tokens.map((token) => earningsOf(context, token, provider))),
    ...accounts.map((delegator) => feesOf(context, tokens, delegator)),
    ...(config.rewards.chores ? [choresOf(context)] : []),
  ]);
  return found.flat();
}

async function earningsOf({ client, rpc }: KeeperContext, token: Address, provider: Address): Promise<Waiting[]> {
  const { address } = client.deployment.contracts.JobMarketplace;
  const read = { address, abi: jobMarketplaceAbi, functionName: "earnedOf", args: [token, provider] } as const;
  const [gross, fee] = await rpc.readContract(read);
  return gross > 0n ? [{ type: "collect", token, provider, gross, fee }] : [];
}

async function feesOf(
  { client, rpc }: KeeperContext,
  tokens: readonly Address[],
  account: Address,
): Promise<Waiting[]> {
  const joined = await getEvents(client, {
    contract: "DelegationPools",
    eventName: "StakeDelegated",
    args: { account },
  });
  const moved = await getEvents(client, {
    contract: "DelegationPools",
    eventName: "StakeRedelegated",
    args: { account },
  });
  const providers = distinct([...joined.map(({ args }) => args.provider), ...moved.map(({ args }) => args.to)]);
  const pools = {
    address: client.deployment.contracts.DelegationPools.address,
    abi: contractAbis.DelegationPools,
  } as const;
  const pairs = providers.flatMap((provider) => tokens.map((token) => ({ provider, token })));
  const amounts = await Promise.all(
    pairs.map(({ provider, token }) =>
      rpc.readContract({ ...pools, functionName: "feesOf", args: [provider, token, account] }),
    ),
  );
  return pairs.flatMap(({ provider, token }, index) => {
    const amount = amounts[index]!;
    return amount > 0n ? [{ type: "claimFees" as const, token, provider, account, amount }] : [];
  });
}

async function choresOf({ client, rpc }: KeeperContext): Promise<Waiting[]> {
  const staking = { address: client.deployment.contracts.StakingManager.address, abi: stakingManagerAbi } as const;
  const [toBurn, toAudit] = await Promise.all([
    rpc.readContract({ ...staking, functionName: "burnDue" }),
    rpc.readContract({ ...staking, functionName: "auditDue" }),
  ]);
  return [
    { type: "burnForfeited", amount: toBurn },
    { type: "payAuditFund", amount: toAudit },
  ];
}

function distinct(addresses: readonly Address[]): Address[] {
  return addresses.filter((address, index) => addresses.findIndex((each) => isAddressEqual(each, address)) === index);
}
