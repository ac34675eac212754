#!/usr/bin/env node
// Not compiled, so that npm finds a file to link `certfleet` to before the first build.
const { main } = await import('../dist/main.js').catch(cause => {
  if (cause.code !== 'ERR_MODULE_NOT_FOUND') throw cause;
  process.stderr.write(
    `certfleet has not been compiled, or a dependency is missing: ${cause.message}\nIn a checkout, run script/bootstrap.\n`,
  );
  process.exit(1);
});

process.exitCode = await main(process.argv.slice(2));
