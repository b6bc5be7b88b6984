import { ethereum } from "@graphprotocol/graph-ts";

export function handleIdle(_event: ethereum.Event): void {}
