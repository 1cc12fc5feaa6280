import { access, allow, manyMap, mapOf, policy, role, THREE } from './sample';
import { AccessMap } from '../../../src/analysis/access-map';
import { layOut, Picture } from '../../../src/cli/report/picture-layout';
import { reportData } from '../../../src/cli/report/report-data';
import { rowsOf } from '../../../src/cli/report/rows';

const pictureOf = (map: AccessMap, toggled: [string, boolean][] = []) =>
  layOut(
    rowsOf(reportData(map, [])).map(row => ({ row })),
    new Map(toggled),
  );
const labels = ({ boxes }: Picture, kind: string) =>
  boxes.filter(box => box.kind === kind).map(({ label, more }) => (more === undefined ? label : `${label} (${more})`));
const apart = ({ boxes }: Picture) => {
  for (const [index, one] of boxes.entries()) {
    const beside = boxes.slice(index + 1).filter(({ x }) => x === one.x);
    for (const other of beside) expect(one.y + one.height <= other.y || other.y + other.height <= one.y).toBe(true);
  }
};

test('three service accounts', () => {
  const picture = pictureOf(THREE);
  expect(labels(picture, 'cluster')).toEqual([
    'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE (issuer)',
  ]);
  expect(labels(picture, 'namespace')).toEqual(['batch (1)', 'payments (2)']);
  expect(labels(picture, 'account')).toEqual(['* (pattern)', 'api', 'worker']);
  expect(labels(picture, 'role')).toEqual(['batch', 'payments-api', 'payments-worker']);
  expect(labels(picture, 'target')).toEqual([
    'receipts (s3)',
    'AmazonSQSReadOnlyAccess (policy)',
    'table/Orders (dynamodb)',
  ]);
  expect(picture.edges.map(({ from, to }) => `${from.label} ${to.label}`)).toEqual([
    '* batch',
    'api payments-api',
    'worker payments-worker',
    'batch receipts',
    'batch AmazonSQSReadOnlyAccess',
    'payments-api receipts',
    'payments-worker table/Orders',
  ]);
  expect(picture.boxes.find(({ label }) => label === 'api')!.y).toBe(
    picture.boxes.find(({ label }) => label === 'payments-api')!.y,
  );
  expect(picture.leftOut).toBe(0);
  apart(picture);
});

test('500 are drawn by namespaces, and each opens', () => {
  const picture = pictureOf(manyMap(500));
  expect(labels(picture, 'account')).toEqual([]);
  expect(labels(picture, 'namespace')).toHaveLength(50);
  expect(labels(picture, 'role')).toContain('8 roles');
  expect(new Set(labels(picture, 'target'))).toEqual(new Set(['s3, sqs']));
  apart(picture);

  const { id } = picture.boxes.find(({ kind }) => kind === 'namespace')!;
  const opened = pictureOf(manyMap(500), [[id, true]]);
  expect(labels(opened, 'account')).toHaveLength(10);
  expect(labels(opened, 'role')).toContain('role-0000');
  apart(opened);
});

test('what would be too much is left out, and counted', () => {
  const picture = pictureOf(manyMap(5000));
  expect(labels(picture, 'namespace')).toHaveLength(60);
  expect(picture.leftOut).toBe(4400);
  const all = layOut(rowsOf(reportData(manyMap(500), [])).map(row => ({ row })), new Map(), true);
  expect(labels(all, 'namespace').length + labels(all, 'account').length).toBeLessThanOrEqual(60);
  expect(all.leftOut).toBe(500 - labels(all, 'account').length);
  apart(all);
});

test('a role with many resources reaches services', () => {
  const map = mapOf({
    roles: [
      role(
        'many',
        [],
        [
          policy(
            'a',
            allow(
              ['s3:GetObject', 'ec2:X'],
              Array.from({ length: 9 }, (_, index) => `arn:aws:s3:::bucket-${index}`),
            ),
            allow('ec2:DescribeInstances'),
            allow(['a:A', 'b:B']),
            { Effect: 'Allow', NotAction: 'iam:*', Resource: 'odd' },
            { Effect: 'Allow', Action: 'x:Y', NotResource: 'z' },
          ),
        ],
      ),
    ],
    access: [
      access('a', 'b', 'many'),
      access('a', 'c', 'elsewhere'),
      access('a', 'd', 'arn:aws:eks:x:y:cluster/z', { via: 'pod-identity' }),
    ],
  });
  expect(labels(pictureOf(map), 'target')).toEqual([
    'all resources (a)',
    'all resources (b)',
    'all resources (ec2)',
    's3 (9 resources)',
    'odd',
    'all but some resources',
  ]);
});

test('nobody', () => {
  expect(pictureOf(mapOf({ roles: [role('a', [])] }))).toMatchObject({ boxes: [], edges: [], leftOut: 0 });
});
