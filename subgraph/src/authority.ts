import { BigInt, Bytes } from "@graphprotocol/graph-ts";
import { RoleGranted, RoleRevoked } from "../generated/ProtocolAuthority/ProtocolAuthority";
import { RoleMember } from "../generated/schema";
import { ZERO } from "./entities";
import { toBytes } from "./terms";

export function handleRoleGranted(event: RoleGranted): void {
  const member = memberOf(event.params.roleId, event.params.account);
  member.active = true;
  member.delay = event.params.delay;
  // a member whose delay changes has had the role since before
  if (event.params.newMember) member.since = event.params.since;
  member.save();
}

export function handleRoleRevoked(event: RoleRevoked): void {
  const member = memberOf(event.params.roleId, event.params.account);
  member.active = false;
  member.delay = ZERO;
  member.since = event.block.timestamp;
  member.save();
}

function memberOf(role: BigInt, account: Bytes): RoleMember {
  const id = toBytes(role, 8).concat(account);
  let found = RoleMember.load(id);
  if (!found) {
    found = new RoleMember(id);
    found.role = role;
    found.account = account;
    found.since = ZERO;
  }
  return found;
}
