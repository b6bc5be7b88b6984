import { compileSources, readSource } from "../../../scripts/lib/solidity.ts";

const SOURCE = "@chainlink/contracts/src/v0.8/vrf/mocks/VRFCoordinatorV2_5Mock.sol";

/** Chainlink's coordinator mock, compiled from its package, whose imports have a library's release in their paths. */
export const vrfMock = compileSources([SOURCE], (path) =>
  readSource(path.replace("@openzeppelin/contracts@", "@openzeppelin/contracts-")),
).get(SOURCE)!;
