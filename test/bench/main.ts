/** Measures the goals that docs/benchmarks.md names. See script/bench. */
import { benchAcme } from './acme.js';
import { conditions } from './conditions.js';
import { benchEngine } from './engine.js';
import { reportHaproxy } from './haproxy-report.js';
import { lineUp, printReport, type Report } from './report.js';
import { benchStore } from './store.js';
import { benchWeb } from './web.js';

const benchmarks: Record<string, () => Promise<Report>> = {
  acme: benchAcme,
  engine: benchEngine,
  haproxy: reportHaproxy,
  store: benchStore,
  web: benchWeb,
};

const [wanted = 'all'] = process.argv.slice(2);
const chosen = wanted === 'all' ? Object.keys(benchmarks) : [wanted];
console.log(`== conditions\n${lineUp(await conditions())}`);
for (const name of chosen) {
  const benchmark = benchmarks[name];
  if (benchmark === undefined) throw new Error(`There is no benchmark ${name}: ${Object.keys(benchmarks).join(', ')}.`);
  try {
    printReport(await benchmark());
  } catch (error) {
    console.log(
      `\n== ${name}: could not be measured\n${error instanceof Error ? (error.stack ?? error.message) : error}`,
    );
    process.exitCode = 1;
  }
}
process.exit();
