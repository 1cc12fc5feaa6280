/**
 * Generates the README's table of controllers from the code: `npx tsx scripts/controllers-table.ts`.
 */
import { App, Stack } from 'aws-cdk-lib';
import { controllerInputs } from './controller-inputs';
import { SAMPLES } from '../test/controllers/samples';

/** One row per factory, for its first sample. */
export function controllersTable(): string {
  const first = SAMPLES.filter(
    ({ factory }, index) => SAMPLES.findIndex(sample => sample.factory === factory) === index,
  );
  const rows = [...first]
    .sort((left, right) => (left.factory < right.factory ? -1 : 1))
    .map(({ factory, make, scopedTo, unscoped, needs }) => {
      const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
      const controller = make(stack);
      const count = controller.policyDocument(stack).statementCount;
      const names = `\`${controller.namespace}/${controller.serviceAccountName}\``;
      const scope = `${scopedTo}${unscoped ? '; the rest warns' : ''}`;
      const inputs = controllerInputs(factory);
      const cells = [`\`${factory}\``, names, inputs, count, scope, chartValues(factory), needs ?? ''];
      return `| ${cells.join(' | ')} |`.replace(/ {2,}/g, ' ');
    });
  return [
    '| `Controller.` | namespace/name | inputs | statements | scoped to | `helmValues()` sets | you set |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** The chart values besides the ServiceAccount that any sample of a factory sets. */
function chartValues(factory: string): string {
  const keys = SAMPLES.filter(sample => sample.factory === factory).flatMap(({ make }) => {
    const { helmValues = {} } = make(new Stack())._definition;
    return Object.keys(helmValues).filter(key => helmValues[key] !== undefined);
  });
  return [...new Set(keys)].sort().map(key => `\`${key.replace('\\.', '.')}\``).join(', ');
}

if (require.main === module) process.stdout.write(controllersTable());
