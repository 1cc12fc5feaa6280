/**
 * A jest reporter: ends the run with the ten slowest test files.
 */
const { relative } = require('path');

const SHOWN = 10;

module.exports = class SlowestFiles {
  onRunComplete(_contexts, { testResults }) {
    const files = testResults
      .map(({ testFilePath, perfStats: { start, end }, numPassingTests, numFailingTests }) => ({
        file: relative(process.cwd(), testFilePath),
        seconds: (end - start) / 1000,
        tests: numPassingTests + numFailingTests,
      }))
      .sort((left, right) => right.seconds - left.seconds)
      .slice(0, SHOWN);
    if (files.length < 2) return;
    const lineOf = ({ file, seconds, tests }) => `${seconds.toFixed(1).padStart(7)} s  ${file} (${tests} tests)`;
    console.log(`\nSlowest test files:\n${files.map(lineOf).join('\n')}`);
  }
};
