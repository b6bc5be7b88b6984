// A local chain as a process of its own: Hardhat's node on 127.0.0.1, one block a second besides those that transactions
// make, so that its clock follows the wall clock. Prints one JSON line {"url": ...} when it is ready.
//
//   node scripts/lib/chain-process.ts [port] [chainId] [time of the first block, ISO 8601]
import hre from "hardhat";

const port = Number(process.argv[2] ?? 0);
const chainId = Number(process.argv[3] ?? 31_337);
const initialDate = process.argv[4];
const server = await hre.network.createServer(
  {
    network: "default",
    override: {
      chainId,
      allowUnlimitedContractSize: false,
      mining: { auto: true, interval: 1000 },
      ...(initialDate ? { initialDate } : {}),
    },
  },
  "127.0.0.1",
  port,
);
const { address, port: bound } = await server.listen();
console.log(JSON.stringify({ url: `http://${address}:${bound}` }));

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await server.close();
    process.exit(0);
  });
}
