import { createRequire } from "node:module";
import hardhatToolboxViem from "@nomicfoundation/hardhat-toolbox-viem";
import { defineConfig } from "hardhat/config";

const solcPath = createRequire(import.meta.url).resolve("solc/soljson.js");
const settings = {
  evmVersion: "cancun",
  optimizer: { enabled: true, runs: 200 },
  outputSelection: { "*": { "*": ["storageLayout"] } },
};

// The governor fits the limit of deployed code only when it is built for size.
const overrides = {
  "contracts/governance/AssayGovernor.sol": {
    version: "0.8.37",
    path: solcPath,
    settings: { ...settings, viaIR: true, optimizer: { enabled: true, runs: 1 } },
  },
};

// The production build has its own folders, so that it and the quick build of the tests do not undo each other.
const paths =
  process.env.ASSAY_BUILD === "production"
    ? { artifacts: "./dist/production/artifacts", cache: "./dist/production/cache" }
    : {};

export default defineConfig({
  paths,
  plugins: [hardhatToolboxViem],
  solidity: {
    profiles: {
      default: { compilers: [{ version: "0.8.37", path: solcPath, settings }], overrides },
      production: {
        isolated: false,
        compilers: [{ version: "0.8.37", path: solcPath, settings: { ...settings, viaIR: true } }],
        overrides,
      },
    },
    npmFilesToBuild: ["@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol"],
  },
  networks: {
    local: { type: "http", chainType: "l1", url: process.env.ASSAY_RPC_URL ?? "http://127.0.0.1:8545" },
  },
});
