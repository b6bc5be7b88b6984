import { zeroAddress } from "viem";
import { type ChainView, mapSome } from "../chain.ts";
import type { Check, Rows } from "../check.ts";

const TOKEN = "AssayToken";
const STAKING = "StakingManager";

/** Everybody whom a log names as a holder, a voter or a representative. */
function accounts(chain: ChainView): string[] {
  const found = chain.logs.flatMap((log) => {
    const { from, to, delegate, delegator, toDelegate, account, proposer, voter } = log.args;
    if (log.contract === TOKEN && log.name === "Transfer") return [from, to];
    if (log.name === "DelegateChanged") return [delegator, toDelegate];
    if (log.name === "DelegateVotesChanged") return [delegate];
    if (log.contract === "DelegationPools") return /^(Stake|Exit|Delegation)/.test(log.name) ? [account] : [];
    if (log.contract === "AssayGovernor") return [proposer, voter].filter((named) => named !== undefined);
    return [];
  });
  return [...new Set(found.map((account) => String(account).toLowerCase()))].filter(
    (account) => account !== zeroAddress,
  );
}

/** Votes are cast at home only: elsewhere there are none. */
async function votesOf(chain: ChainView, contract: string, account: string) {
  if (!chain.has(STAKING)) return { votes: 0n, representative: undefined };
  const representative = await chain.read<string>(contract, "delegates", account);
  return {
    votes: await chain.read<bigint>(contract, "getVotes", account),
    representative: representative === zeroAddress ? undefined : representative,
  };
}

async function holders(chain: ChainView): Promise<Rows> {
  const rows = await mapSome(accounts(chain), async (account) => {
    const [own, staked] = [await votesOf(chain, TOKEN, account), await votesOf(chain, STAKING, account)];
    const row = {
      balance: await chain.read<bigint>(TOKEN, "balanceOf", account),
      votes: own.votes,
      representative: own.representative,
      stakedVotes: staked.votes,
      stakedRepresentative: staked.representative,
    };
    return [account, row] as const;
  });
  return new Map(rows);
}

export const tokenChecks: Readonly<Record<string, Check>> = { TokenHolder: holders };
