import { type Abi, type Address, getAddress, type Hex, isAddressEqual, maxUint64 } from "viem";
import { readArtifact } from "./artifacts.ts";
import { DeployError } from "./error.ts";
import { type GovernanceLayout, ROLES } from "./governance.ts";
import { hasCode } from "./plan.ts";
import type { DeployPublicClient } from "./types.ts";

/** OpenZeppelin's role that every account has. */
const PUBLIC_ROLE = maxUint64;
/** What the deployer has before the hand-over, which takes it away. */
const LEAVING: readonly bigint[] = [ROLES.admin, ROLES.guardian];

/** A role of the authority and who has it, now or from a time on. */
export interface RoleGrant {
  role: bigint;
  account: Address;
}

interface Check {
  /** The first block that can hold an event of the authority. */
  fromBlock: bigint;
  /** Whose power the hand-over is about to end. */
  leaving?: Address;
  advice: string;
}

/**
 * Refuses every way into the authority's power but governance's own: roles of accounts without code, also those that begin
 * later; administrators other than the timelock; functions and roles that anybody may use or give away.
 * @throws DeployError DEPLOY-046 naming the first
 */
export async function requireNoOpening(
  client: DeployPublicClient,
  { base, proxies }: GovernanceLayout,
  { fromBlock, leaving, advice }: Check,
): Promise<void> {
  const authority = base.proxies.ProtocolAuthority.address;
  const refuse = (found: string) => {
    throw new DeployError("DEPLOY-046", found, advice);
  };
  for (const { role, account } of await roleHolders(client, authority, fromBlock)) {
    const goes = leaving !== undefined && isAddressEqual(account, leaving) && LEAVING.includes(role);
    if (goes) continue;
    const mayAdminister = role !== ROLES.admin || isAddressEqual(account, proxies.ProtocolTimelock.address);
    if (!mayAdminister || !(await hasCode(client, account))) {
      refuse(`${account} holds role ${role} of the authority, or will`);
    }
  }
  for (const { target, selector } of await openFunctions(client, authority, fromBlock)) {
    refuse(`anybody may call ${selector} of ${target}`);
  }
  for (const role of await strayRoles(client, authority, fromBlock)) {
    refuse(`role ${role} of the authority is given and taken by another role than the administrator's`);
  }
}

/** Every account that holds a role of the authority, now or from a time on, found from its events and confirmed by a read. */
export async function roleHolders(
  client: DeployPublicClient,
  authority: Address,
  fromBlock: bigint,
): Promise<RoleGrant[]> {
  const granted = new Map<string, RoleGrant>();
  for (const { roleId, account } of await argsOf<{ roleId: bigint; account: Address }>(client, {
    address: authority,
    eventName: "RoleGranted",
    fromBlock,
  })) {
    granted.set(`${roleId} ${account}`, { role: roleId, account: getAddress(account) });
  }
  const holders: RoleGrant[] = [];
  for (const grant of granted.values()) {
    // `since` is when it begins; hasRole would keep quiet about a grant that has not begun
    const [since] = (await read(client, authority, "getAccess", [grant.role, grant.account])) as [number];
    if (since !== 0) holders.push(grant);
  }
  return holders;
}

async function openFunctions(client: DeployPublicClient, authority: Address, fromBlock: bigint) {
  const set = await argsOf<{ target: Address; selector: Hex }>(client, {
    address: authority,
    eventName: "TargetFunctionRoleUpdated",
    fromBlock,
  });
  const open: { target: Address; selector: Hex }[] = [];
  for (const { target, selector } of set) {
    const role = await read(client, authority, "getTargetFunctionRole", [target, selector]);
    if (role === PUBLIC_ROLE) open.push({ target, selector });
  }
  return open;
}

async function strayRoles(client: DeployPublicClient, authority: Address, fromBlock: bigint): Promise<bigint[]> {
  const changed = await argsOf<{ roleId: bigint }>(client, {
    address: authority,
    eventName: "RoleAdminChanged",
    fromBlock,
  });
  const stray: bigint[] = [];
  for (const { roleId } of changed) {
    if ((await read(client, authority, "getRoleAdmin", [roleId])) !== ROLES.admin) stray.push(roleId);
  }
  return stray;
}

async function argsOf<Args>(
  client: DeployPublicClient,
  filter: { address: Address; eventName: string; fromBlock: bigint },
): Promise<Args[]> {
  const abi: Abi = readArtifact("ProtocolAuthority").abi;
  const logs = await client.getContractEvents({ ...filter, abi });
  return logs.map((log) => (log as unknown as { args: Args }).args);
}

function read(client: DeployPublicClient, address: Address, functionName: string, args: readonly unknown[]) {
  return client.readContract({ address, abi: readArtifact("ProtocolAuthority").abi, functionName, args });
}
