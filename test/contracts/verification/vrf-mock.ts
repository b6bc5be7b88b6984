import { compileSources, readSource } from "../../../scripts/lib/solidity.ts";

const SOURCE = "@chainlink/contracts/src/v0.8/vrf/mocks/VRFCoordinatorV2_5Mock.sol";
const compile = () =>
  compileSources([SOURCE], (path) =>
    readSource(path.replace("@openzeppelin/contracts@4.9.6/", "@openzeppelin/contracts/")),
  );

/**
 * Chainlink's coordinator mock, compiled from its package. The package names a release of OpenZeppelin's libraries that is
 * not installed; the sets it needs of them are the same in the release that is.
 */
export const vrfMock = compile().get(SOURCE)!;
