import { Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import fc from 'fast-check';
import { Manifest } from '../../../src/private/manifests/objects';
import { StackChart } from '../../../src/private/manifests/stack-chart';

function chartWith(...manifests: Manifest[]): { chart: StackChart; owner: Construct } {
  const owner = new Construct(new Stack(), 'Owner');
  const chart = new StackChart('chart');
  chart.add(owner, manifests);
  return { chart, owner };
}

function serviceAccount(fields: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    ...fields,
    metadata: { name: 'api', namespace: 'payments', ...metadata },
  };
}

describe('StackChart', () => {
  it('renders plain ServiceAccounts as cdk8s does', () => {
    const text = fc.string({ unit: fc.constantFrom(...'abzAZ019-._/: {}[]"\'\\#&*!|>%@`~\n\u00e4') });
    const texts = fc.dictionary(text, text, { maxKeys: 5 });
    const optional = fc.option(texts, { nil: undefined });
    fc.assert(fc.property(optional, optional, fc.option(fc.boolean(), { nil: undefined }), fc.array(text), (
      labels, annotations, automountServiceAccountToken, names,
    ) => {
      const { chart } = chartWith(serviceAccount(
        {
          ...automountServiceAccountToken !== undefined && { automountServiceAccountToken },
          ...names.length > 0 && { imagePullSecrets: names.map(name => ({ name })) },
        },
        { ...labels && { labels }, ...annotations && { annotations } },
      ));
      const untouched = JSON.stringify(chart.objects());
      chart.open();
      expect(JSON.stringify(chart.objects())).toBe(untouched);
    }));
  });

  it('makes no chart for a plain ServiceAccount until someone asks for it', () => {
    const { chart, owner } = chartWith(serviceAccount());
    expect(chart.objects()).toHaveLength(1);
    expect(chart.holds(owner)).toBe(true);
    expect(chart.isUntouched).toBe(true);

    expect(chart.open().toJson()).toEqual(chart.objects());
    expect(chart.isUntouched).toBe(false);
  });

  it.each<[string, Manifest[]]>([
    ['a text that is a token', [serviceAccount({}, { annotations: { a: Fn.importValue('a') } })]],
    ['a key that is a token', [serviceAccount({}, { annotations: { [Fn.importValue('a')]: 'a' } })]],
    ['a list that is a token', [serviceAccount({ imagePullSecrets: Fn.split(',', Fn.importValue('a')) })]],
    ['a token object', [serviceAccount({ automountServiceAccountToken: Lazy.any({ produce: () => true }) })]],
    ['a number', [serviceAccount({ secrets: [{ name: 1 }] })]],
    ['a number that is a token', [serviceAccount({ secrets: [{ name: Token.asNumber(Fn.importValue('a')) }] })]],
    ['what is empty', [serviceAccount({ imagePullSecrets: [] })]],
    ['what is undefined', [serviceAccount({}, { labels: undefined })]],
    ['an instance of a class', [serviceAccount({}, { labels: new Map() })]],
    ['a Namespace beside it', [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'payments' } },
      serviceAccount(),
    ]],
  ])('leaves %s to cdk8s', (_, manifests) => {
    expect(chartWith(...manifests).chart.isUntouched).toBe(false);
  });

  it('keeps the order in which objects were added', () => {
    const { chart, owner } = chartWith(serviceAccount());
    const annotations = { a: Fn.importValue('a') };
    chart.add(new Construct(owner, 'Deferred'), [serviceAccount({}, { name: 'b', annotations })]);
    chart.add(new Construct(owner, 'Plain'), [serviceAccount({}, { name: 'a' })]);
    expect(chart.objects().map(({ metadata }) => metadata.name)).toEqual(['api', 'b', 'a']);
  });

  it('refuses a construct that replaces a removed one, as cdk8s does', () => {
    const { chart, owner } = chartWith(serviceAccount());
    const { scope, id } = owner.node;
    scope!.node.tryRemoveChild(id);
    const again = new Construct(scope as Construct, id);
    expect(() => chart.add(again, [serviceAccount({}, { name: 'b' })])).toThrow('There is already a Construct');
  });

  it('knows what was taken out of the chart', () => {
    const { chart, owner } = chartWith(serviceAccount());
    const { node } = chart.open();
    node.tryRemoveChild(node.children[0].node.id);
    expect(chart.holds(owner)).toBe(false);
    expect(chart.objects()).toEqual([]);
  });

  it('sorts no keys where cdk8s is told not to', () => {
    process.env.CDK8S_DISABLE_SORT = '1';
    try {
      const fields = { imagePullSecrets: [{ name: 'a' }], automountServiceAccountToken: true };
      const { chart } = chartWith(serviceAccount(fields));
      expect(Object.keys(chart.objects()[0]).slice(-2)).toEqual(['imagePullSecrets', 'automountServiceAccountToken']);
    } finally {
      delete process.env.CDK8S_DISABLE_SORT;
    }
  });
});
