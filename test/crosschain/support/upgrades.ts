import { type Hex, keccak256 } from "viem";
import { axelarArtifact } from "../../../scripts/lib/axelar.ts";
import type { Target } from "../../support/world.ts";
import { createGateway, type End, type Flying, type Link } from "./link.ts";

/** A gateway, and the adapter's implementation that speaks to it. */
interface Way {
  gateway: Target;
  implementation: Target;
}

interface EndUpgrades {
  ways: readonly [Way, Way];
  /** Another build of Axelar's gateway, for its own proxy. */
  build: Target;
  codeHash: Hex;
}

/**
 * Upgrades of gateways while messages are on their way. Each end has a second gateway, which knows nothing of what the first
 * has let through: after the adapter's upgrade to it, Axelar's own protection against repetition is gone.
 */
export class Upgrades {
  readonly #link: Link;
  readonly #of: ReadonlyMap<End, EndUpgrades>;

  constructor(link: Link, of: ReadonlyMap<End, EndUpgrades>) {
    this.#link = link;
    this.#of = of;
  }

  /** The adapter's implementation is replaced by one that speaks to the end's other gateway. */
  async replace(end: End): Promise<void> {
    const way = this.#of.get(end)!.ways.find(({ gateway }) => gateway.address !== end.gateway.address)!;
    await this.#link.admin(end, end.adapter, "upgradeToAndCall", [way.implementation.address, "0x"]);
    end.gateway = way.gateway;
  }

  /** Axelar upgrades its own gateway in its place; what it remembers stays. */
  async refresh(end: End): Promise<void> {
    const { build, codeHash } = this.#of.get(end)!;
    await this.#link.admin(end, end.gateway, "upgrade", [build.address, codeHash, "0x"]);
  }

  /** Whether the gateway of this moment remembers that it has let a message through. */
  knows({ to, message }: Flying): Promise<boolean> {
    return to.chain.read(to.gateway, "isMessageExecuted", [message.sourceChain, message.messageId]);
  }
}

export async function createUpgrades(link: Link): Promise<Upgrades> {
  const of = new Map<End, EndUpgrades>();
  for (const end of [link.home, link.satellite]) {
    const { gateway, gasService } = await createGateway(end.chain, end.domain);
    const wayOf = async (way: Target): Promise<Way> => ({
      gateway: way,
      implementation: await end.chain.create("crosschain/AxelarGatewayAdapter.sol", [way.address, gasService.address]),
    });
    const build = await end.chain.createFrom(axelarArtifact("AxelarAmplifierGateway"), [16n, end.domain, 1n]);
    const params = [build.address, "latest"];
    const code = (await end.chain.provider.request({ method: "eth_getCode", params })) as Hex;
    of.set(end, { ways: [await wayOf(end.gateway), await wayOf(gateway)], build, codeHash: keccak256(code) });
  }
  return new Upgrades(link, of);
}
