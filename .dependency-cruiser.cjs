// The arrow rule of docs/architecture.md, as a machine: contracts -> generated ABIs -> sdk -> {compute-node, keepers};
// exact, storage and daemon-kit import nothing of ours; sdk, exact and the storage client run in a browser.
const OURS = "^(sdk|exact|storage|daemon-kit|compute-node|keepers|cli|indexer|scripts|test)/";

/** A workspace may import only what is listed; everything else of ours is refused. */
const only = (from, allowed) => ({
  name: `${from}-imports`,
  severity: "error",
  comment: `${from} may import ${allowed.length ? allowed.join(", ") : "nothing of ours"}`,
  from: { path: `^${from}/` },
  to: { path: OURS, pathNot: [from, ...allowed].map((name) => `^${name}/`) },
});

const TESTS = "\\.(test|soak)\\.ts$|[/-]test-kit\\.ts$|^exact/src/(testing|run/random-programs)\\.ts$";

module.exports = {
  forbidden: [
    only("exact", []),
    only("storage", []),
    only("daemon-kit", []),
    only("sdk", []),
    only("compute-node", ["sdk", "exact", "storage", "daemon-kit"]),
    only("keepers", ["sdk", "exact", "storage", "daemon-kit"]),
    only("cli", ["sdk", "daemon-kit"]),
    only("indexer", ["sdk", "daemon-kit"]),
    {
      name: "no-cycles",
      severity: "error",
      comment: "A cycle means that two files are one idea, or that an idea is missing",
      from: { path: OURS },
      to: { circular: true },
    },
    {
      name: "browser-safe",
      severity: "error",
      comment: "sdk, exact and the storage client run in a browser: no Node built-ins",
      from: {
        path: "^(sdk/src|exact/src|storage/src/client)/",
        pathNot: [TESTS, "^exact/src/node\\.ts$", "^exact/src/node/"],
      },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "package-door",
      severity: "error",
      comment:
        "Other workspaces are entered through their index (or node.ts, engines.ts, child.ts), never by an inner path",
      from: { path: "^(compute-node|keepers|cli|indexer)/" },
      to: {
        path: "^(sdk|exact|storage|daemon-kit)/",
        pathNot: [
          "^(sdk|exact|storage|daemon-kit)/src/(index|inputs|node|engines|child)\\.ts$",
          "^exact/src/testing\\.ts$",
          "^storage/src/client/index\\.ts$",
          "^daemon-kit/bin/launch\\.mjs$",
        ],
      },
    },
    {
      name: "not-to-tests",
      severity: "error",
      comment: "Benches, the court replay and the demo play both sides of a dispute; the dishonest one lives in test/",
      from: { path: OURS, pathNot: [TESTS, "^test/", "^scripts/(bench|court|demo)/"] },
      to: { path: `^test/|${TESTS}` },
    },
    // Helia's packages are an option, installed by `npm run helia` where it is wanted.
    { name: "resolvable", severity: "error", from: { pathNot: "^storage/helia/" }, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules|artifacts|/generated/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      extensions: [".ts", ".mjs", ".js"],
    },
    tsConfig: { fileName: "tsconfig.json" },
  },
};
