import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/**
 * Counts for script/test: writes `PASSED FAILED` to the file that $CERTFLEET_TALLY names, and prints each skipped test
 * with its reason. A file that could not be loaded and an error outside of any test each count as one failure.
 */
export default class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const counts = { passed: 0, failed: unhandled.length };
    for (const module of modules) {
      let failedHere = 0;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') counts.passed += 1;
        else if (result.state === 'failed') failedHere += 1;
        else console.log(`SKIPPED ${module.relativeModuleId} > ${test.fullName}: ${reason(result)}`);
      }
      counts.failed += failedHere === 0 && module.state() === 'failed' ? 1 : failedHere;
    }
    const file = process.env.CERTFLEET_TALLY;
    if (file) writeFileSync(file, `${counts.passed} ${counts.failed}\n`);
  }
}

function reason(result: { state: string; note?: string | undefined }): string {
  return result.note ?? 'no reason given, which is a defect of the test';
}
