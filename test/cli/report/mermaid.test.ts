import { access, allow, HOSTILE, hostileMap, manyMap, mapOf, policy, role, THREE } from './sample';
import { AccessMap } from '../../../src/analysis/access-map';
import { mermaid } from '../../../src/cli/report/mermaid';
import { reportData } from '../../../src/cli/report/report-data';

const chartOf = (map: AccessMap) => mermaid(reportData(map, []));

// The statements that are written, each with nothing but safe characters in its quotes. Mermaid's own parser reads the
// same: see CONTRIBUTING.md.
const TEXT = '"[A-Za-z0-9 ,:/._()<>#;-]+"';
const LINE = new RegExp(
  `^(flowchart LR|  subgraph cluster\\d+\\[${TEXT}\\]|    account\\d+\\[${TEXT}\\]|  end|  `
    + `role\\d+\\(\\[${TEXT}\\]\\)|  may\\d+\\[${TEXT}\\]|  (account|role)\\d+ --> (role|may)\\d+)$`,
);

test('three service accounts', () => {
  expect(chartOf(THREE)).toEqual({
    isCondensed: false,
    text: `flowchart LR
  subgraph cluster0["oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"]
    account1["batch/#42;"]
    account3["payments/api"]
    account5["payments/worker"]
  end
  role2(["batch"])
  may7["s3:#42; on s3: receipts/#42;<br/>not s3:DeleteObject on s3: receipts/#42;<br/>AmazonSQSReadOnlyAccess"]
  role4(["payments-api"])
  may8["s3:GetObject and 1 more on s3: receipts/#42;<br/>s3:ListBucket on s3: receipts"]
  role6(["payments-worker"])
  may9["dynamodb:GetItem on dynamodb: table/Orders (conditions)"]
  account1 --> role2
  account3 --> role4
  account5 --> role6
  role2 --> may7
  role4 --> may8
  role6 --> may9
`,
  });
});

test('nobody, a role that is elsewhere, one that may nothing and one that may much', () => {
  expect(chartOf(mapOf({})).text).toBe('flowchart LR\n  nobody["no service account can become a role"]\n');
  const { text } = chartOf(
    mapOf({
      roles: [
        role('none', []),
        role(
          'much',
          [],
          [
            policy('a', ...['a', 'b', 'c', 'd', 'e'].map(one => allow(`${one}:A`, one)), {
              Effect: 'Allow',
              NotAction: ['iam:*', 'sts:*'],
              Resource: '*',
            }),
          ],
        ),
      ],
      access: [access('a', 'b', 'elsewhere'), access('a', 'b', 'none'), access('a', 'b', 'much')],
    }),
  );
  expect(text).toContain('["what it may do is not in the templates"]');
  expect(text).toContain('<br/>and 3 more"]');
  expect(text.match(/ --> may/g)).toHaveLength(2);
});

test.each<[number, string]>(HOSTILE.map((text, index) => [index, text]))(
  'hostile text %i stays in its quotes',
  (_, text) => {
    const { text: chart } = chartOf(hostileMap(text));
    for (const line of chart.trimEnd().split('\n')) expect(line).toMatch(LINE);
    expect(chart.replace(/<br\/>/g, '')).not.toContain('<');
  },
);

test.each<[number, boolean, RegExp]>([
  [50, false, /\["team-000\/service-0000"\]/],
  [500, true, /\["team-000<br\/>10 service accounts"\]\n/],
  [5000, true, /\["all namespaces<br\/>2500 service accounts"\]\n/],
])('%i service accounts are drawn within the limits of Mermaid', (count, isCondensed, line) => {
  const chart = chartOf(manyMap(count));
  expect(chart.isCondensed).toBe(isCondensed);
  expect(chart.text).toMatch(line);
  expect(chart.text.length).toBeLessThan(50_000);
  expect(chart.text.match(/-->/g)!.length).toBeLessThan(500);
  for (const one of chart.text.trimEnd().split('\n')) expect(one).toMatch(LINE);
});
