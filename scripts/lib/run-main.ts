/** Runs a program of this repository on its command line; what is wrong with that is told, with the help, and ends it with 1. */
export async function runMain<Options extends { help: boolean }>(
  { help, parse }: { help: string; parse: (argv: readonly string[]) => Options },
  main: (options: Options) => Promise<void>,
): Promise<void> {
  try {
    const options = parse(process.argv.slice(2));
    if (options.help) process.stdout.write(help);
    else await main(options);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    console.error(help);
    process.exitCode = 1;
  }
}
