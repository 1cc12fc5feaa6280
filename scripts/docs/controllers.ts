import { App, Stack } from 'aws-cdk-lib';
import { controllerInputs } from './controller-inputs';
import { code, Page, page, prose, table } from './page';
import { factoriesOf } from './source';
import { SAMPLES } from '../../test/controllers/samples';

/** One section for each factory of `Controller`, with the facts of its first sample. */
export function controllersPage(): Page {
  const summaries = factoriesOf('src/controller.ts', 'Controller');
  const first = SAMPLES.filter(
    ({ factory }, index) => SAMPLES.findIndex(sample => sample.factory === factory) === index,
  );
  const sections = [...first]
    .sort((left, right) => (left.factory < right.factory ? -1 : 1))
    .map(({ factory, make, scopedTo, unscoped, needs }) => {
      const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
      const controller = make(stack);
      const rows = [
        ['service account', code(`${controller.namespace}/${controller.serviceAccountName}`)],
        ['inputs', controllerInputs(factory)],
        ['policy statements', `${controller.policyDocument(stack).statementCount}`],
        ['scoped to', `${prose(scopedTo)}${unscoped ? prose('; `cdk-irsa:controller-unscoped` names the rest') : ''}`],
        ['`helmValues()` sets', chartValues(factory)],
        ['you set', prose(needs ?? '')],
      ].filter(([, cell]) => cell !== '');
      const summary = summaries.get(factory);
      if (!summary) throw new Error(`no docstring for ${factory}`);
      const services = factory === 'ackController' ? [servicesTable()] : [];
      const list = rows.map(([name, cell]) => `- ${name}: ${cell}`).join('\n');
      const heading = `## ${code(factory)} {#${factory.toLowerCase()}}`;
      return [heading, prose(whatItIs(summary)), list, ...services].join('\n\n');
    });
  return page(
    'controllers',
    'Controllers',
    'Every factory of Controller: its service account, inputs, permissions and chart values.',
    'Each factory of `Controller` has the permissions of one controller, scoped to the resources that you name. To use '
      + 'one, see [Controllers](../guides/controllers.md).',
    'Inputs with `?` are optional: leave out what the controller does not need. The number of statements is that of an '
      + 'example. `helmValues()` sets the listed chart values in addition to those of the ServiceAccount.',
    ...sections,
  );
}

function servicesTable(): string {
  const rows = [...factoriesOf('src/controllers/ack-controller.ts', 'AckService')]
    .map(([name, summary]) => [code(name), prose(whatItIs(summary))]);
  return table(['`AckService`', 'permissions'], rows);
}

/** What a factory returns, by its docstring. Names such as cert-manager stay in lower case. */
function whatItIs(summary: string): string {
  return summary.replace(/^Returns /, '').replace(/^[a-z](?=[a-z]* )/, first => first.toUpperCase());
}

/** The chart values besides those of the ServiceAccount, by any sample of a factory. */
function chartValues(factory: string): string {
  const keys = SAMPLES.filter(sample => sample.factory === factory).flatMap(({ make }) => {
    const { helmValues = {} } = make(new Stack())._definition;
    return Object.keys(helmValues).filter(key => helmValues[key] !== undefined);
  });
  return [...new Set(keys)].sort().map(key => code(key.replace('\\.', '.'))).join(', ');
}
