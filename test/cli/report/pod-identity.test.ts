/**
 * Associations of EKS Pod Identity in every form of the report.
 */
import { writeFileSync } from 'fs';
import { join } from 'path';
import { shownAccess } from '../../../src/analysis/shown-access';
import { layOut } from '../../../src/cli/report/picture-layout';
import { reportData } from '../../../src/cli/report/report-data';
import { EMPTY, Query, rowsOf, search } from '../../../src/cli/report/rows';
import { arnOf, association, CLUSTER_ARN, mapOf, podIdentity, role } from '../../analysis/rules/support';
import { cli } from '../support';

const TRUST = { Role: role('payments', [podIdentity()]), Association: association(arnOf('payments')) };
const GUEST = association(arnOf('payments'), { Namespace: 'guests', ServiceAccount: 'anybody' });
const assembly = (resources: Record<string, any>) => join(mapOf({ resources }).folder, 'cdk.out');

function diff(before: Record<string, any>, after: Record<string, any>): string {
  const earlier = join(assembly(before), 'before.json');
  writeFileSync(earlier, cli('report', assembly(before), '--format', 'json').stdout);
  return cli('report', assembly(after), '--diff', earlier).stdout;
}

test('another association is wider, though the trust policy stays the same', () => {
  const text = diff(TRUST, { ...TRUST, Guest: GUEST });
  expect(text).toContain(
    '| **wider** | `payments` | `guests/anybody` can assume it, through EKS Pod Identity, cluster '
      + `\`${CLUSTER_ARN}\``,
  );
  expect(text).not.toContain('payments/api');
});

test('the first association of a role is wider, and its end narrower', () => {
  const { Association: _, ...alone } = TRUST;
  expect(diff(alone, TRUST)).toContain('| **wider** | `payments` | `payments/api` can assume it');
  expect(diff(TRUST, alone)).toContain('| narrower | `payments` | `payments/api` can no longer assume it');
});

test('a target role is wider', () => {
  const target = association(arnOf('payments'), { TargetRoleArn: arnOf('target', '444455556666') });
  expect(diff(TRUST, { ...TRUST, Association: target })).toMatch(
    /wider\*\* \| `[^|]*target` \| `payments\/api` can assume it/,
  );
});

test('an add-on with a role is wider', () => {
  const Addon = {
    Type: 'AWS::EKS::Addon',
    Properties: {
      ClusterName: 'production',
      AddonName: 'aws-efs-csi-driver',
      PodIdentityAssociations: [{ ServiceAccount: 'efs-csi-controller-sa', RoleArn: arnOf('payments') }],
    },
  };
  expect(diff(TRUST, { ...TRUST, Addon })).toContain('`kube-system/efs-csi-controller-sa` can assume it');
});

test('no change without one', () => {
  expect(diff(TRUST, TRUST)).toContain('### Access: no change');
});

test('the picture names the service account, and nobody else', () => {
  const { stdout } = cli('report', assembly(TRUST), '--format', 'mermaid');
  expect(stdout).toContain('payments/api');
  expect(stdout).not.toContain('*');
});

test('shown is the association instead of the open trust policy', () => {
  const { map: { access } } = mapOf({ resources: TRUST });
  expect(shownAccess(access)).toEqual([expect.objectContaining({ serviceAccount: 'api', associated: true })]);
  const { map: { access: open } } = mapOf({ resources: { Role: TRUST.Role } });
  expect(shownAccess(open)).toEqual([expect.objectContaining({ serviceAccount: '*', used: false })]);
});

describe('a session policy limits what pods may do', () => {
  const statement = (Action: any, Resource: any = 'arn:aws:s3:::data/*', more: object = {}) =>
    ({ Effect: 'Allow', Action, Resource, ...more });
  const policy = (...Statement: any[]) => ({ Version: '2012-10-17', Statement });
  const limited = (sessionPolicy: any, more: object = {}) => association(arnOf('payments'), {
    DisableSessionTags: true,
    ...sessionPolicy !== undefined && {
      Policy: typeof sessionPolicy === 'string' ? sessionPolicy : JSON.stringify(sessionPolicy),
    },
    ...more,
  });
  const ROLE = role('payments', [podIdentity()], {
    Policies: [{
      PolicyName: 'data',
      PolicyDocument: policy(
        statement(['s3:GetObject', 's3:PutObject']), statement('dynamodb:*', 'arn:aws:dynamodb:eu-west-1:*:table/a'),
      ),
    }],
  });
  const READ = policy(statement('s3:Get*'));
  const app = (sessionPolicy: any) => ({ Role: ROLE, Association: limited(sessionPolicy) });
  /** payments/api has the session policy, payments/web has not. */
  const TWO = { ...app(READ), Web: limited(undefined, { ServiceAccount: 'web' }) };

  const reaches = (resources: Record<string, any>, query: Partial<Query>) => {
    const rows = rowsOf(reportData(mapOf({ resources }).map, []));
    return search(rows, { ...EMPTY, ...query }).map(({ row: { access }, reach }) => {
      const statements = reach?.statements.map(({ policy: { name, kind }, index }) => `${name}#${index} ${kind}`);
      return [`${access?.namespace}/${access?.serviceAccount}`, reach?.verdict, ...statements ?? []].join(', ').trim();
    });
  };
  const on = (action: string, resource = 'arn:aws:s3:::data/1') => ({ action, resource });

  test.each<[string, Partial<Query>, string[]]>([
    ['both allow it', on('s3:GetObject'), [
      'payments/api, allow, data#0 inline, session policy#0 session', 'payments/web, allow, data#0 inline',
    ]],
    ['the role alone', on('s3:PutObject'), ['payments/web, allow, data#0 inline']],
    ['another service', on('dynamodb:GetItem', 'arn:aws:dynamodb:eu-west-1:1:table/a'), [
      'payments/web, allow, data#1 inline',
    ]],
    ['a pattern', { action: 's3:*' }, ['payments/api, partly, data#0 inline', 'payments/web, partly, data#0 inline']],
    ['a pattern of what the role alone may', { action: 's3:Put*' }, ['payments/web, partly, data#0 inline']],
    ['any action on a resource', { resource: 'arn:aws:dynamodb:*' }, ['payments/web, partly, data#1 inline']],
  ])('a question: %s', (_, query, expected) => {
    expect(reaches(TWO, query)).toEqual(expected);
  });

  test('the search finds what the pods may do', () => {
    expect(reaches(TWO, { text: 's3:getobject' })).toEqual(['payments/api,', 'payments/web,']);
    expect(reaches(TWO, { text: 'putobject' })).toEqual(['payments/web,']);
  });

  test('of a policy that is elsewhere, only what the session policy allows may be allowed', () => {
    const ManagedPolicyArns = ['arn:aws:iam::aws:policy/AmazonS3FullAccess'];
    const Role = role('payments', [podIdentity()], { ManagedPolicyArns });
    const [inside, outside] = [on('s3:GetObject'), on('s3:PutObject')];
    expect(reaches({ Role, Association: limited(READ) }, inside))
      .toEqual(['payments/api, unknown, AmazonS3FullAccess#0 managed']);
    expect(reaches({ Role, Association: limited(READ) }, outside)).toEqual([]);
    expect(reaches({ Association: limited(READ) }, inside)).toEqual(['payments/api, unknown']);
    expect(reaches({ Association: limited(READ) }, outside)).toEqual([]);
  });

  test('one that cannot be read makes it conditional', () => {
    expect(reaches({ Role: ROLE, Association: limited('', { Policy: { Ref: 'Policy' } }) }, on('s3:GetObject')))
      .toEqual(['payments/api, conditional, data#0 inline, session policy#0 session']);
  });

  test('it limits the target role, not the role of the association', () => {
    const TargetRoleArn = arnOf('target');
    const trusted = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: arnOf('payments') } };
    const Policies = [{ PolicyName: 'target', PolicyDocument: policy(statement('*', '*')) }];
    const Target = role('target', [trusted], { Policies });
    const resources = { Role: ROLE, Target, Association: limited(READ, { TargetRoleArn }) };
    expect(mapOf({ resources }).map.access.filter(({ associated: given }) => given)).toEqual([
      expect.objectContaining({ role: TargetRoleArn, through: arnOf('payments'), sessionPolicy: READ }),
    ]);
    expect(reaches(resources, { ...on('s3:PutObject'), role: 'target' })).toEqual([]);
    expect(reaches(resources, { ...on('s3:GetObject'), role: 'target' }))
      .toEqual(['payments/api, allow, target#0 inline, session policy#0 session']);
  });

  test('the pictures have a role for each session policy', () => {
    const { stdout } = cli('report', assembly(TWO), '--format', 'mermaid');
    expect(stdout.match(/(role\d+\(\[|may\d+\[)".*/g)!.map(line => line.replace(/\d+/, ''))).toEqual([
      'role(["payments, with a session policy"])',
      'may["s3:GetObject on data/#42;"]',
      'role(["payments"])',
      'may["s3:GetObject and 1 more on data/#42;<br/>dynamodb:#42; on table/a"]',
    ]);
    const { boxes } = layOut(search(rowsOf(reportData(mapOf({ resources: TWO }).map, [])), EMPTY), new Map());
    expect(boxes.filter(({ kind }) => kind === 'role').map(({ label, more }) => [label, more])).toEqual([
      ['payments', 'with a session policy'], ['payments', undefined],
    ]);
    const alone = layOut(search(rowsOf(reportData(mapOf({ resources: app(READ) }).map, [])), EMPTY), new Map());
    expect(alone.boxes.filter(({ kind }) => kind === 'target').map(({ label }) => label)).toEqual(['data']);
  });

  test('--json has it', () => {
    const { access, associations } = JSON.parse(cli('report', assembly(app(READ)), '--format', 'json').stdout);
    expect(access.filter((one: any) => one.associated)).toEqual([expect.objectContaining({ sessionPolicy: READ })]);
    expect(associations).toEqual([
      expect.objectContaining({ sessionPolicy: READ, sessionPolicyLength: JSON.stringify(READ).length }),
    ]);
  });

  const UNREADABLE = '{"Statement": ';
  test.each<[string, any, any, string[]]>([
    ['added', undefined, READ, ['narrower | `payments` | `payments/api` gains a session policy']],
    ['removed', READ, undefined, ['**wider** | `payments` | `payments/api` loses its session policy']],
    ['widened', READ, policy(statement('s3:*')), [
      '**wider** | `payments` | the session policy of `payments/api`: gains `s3:*` on `arn:aws:s3:::data/*`',
    ]],
    ['narrowed', policy(statement(['s3:Get*', 'sqs:*'])), READ, [
      'narrower | `payments` | the session policy of `payments/api`: loses `sqs:*` on `arn:aws:s3:::data/*`',
    ]],
    ['a Deny less', policy(statement('s3:Get*'), statement('s3:GetAcl', '*', { Effect: 'Deny' })), READ, [
      '**wider** | `payments` | the session policy of `payments/api`: is no longer denied `s3:GetAcl` on every '
        + 'resource',
    ]],
    ['another one that cannot be read', READ, UNREADABLE, [
      '**changed** | `payments` | `payments/api` has a different session policy, which cannot be read',
    ]],
    ['the same in other words', READ, policy(statement(['s3:Get*', 's3:Get*'], ['arn:aws:s3:::data/*'])), []],
    ['the same', READ, READ, []],
  ])('--diff: %s', (_, before, after, rows) => {
    const text = diff(app(before), app(after));
    expect(text.split('\n').filter(line => /^\| (\*\*|narrower)/.test(line))).toEqual(rows.map(row => `| ${row} |`));
    if (rows.length === 0) expect(text).toContain('### Access: no change');
  });

  test('--diff of an association that is new says who, not that it is limited', () => {
    const { Association, ...before } = app(READ);
    expect(diff(before, app(READ)).match(/^\| .*wider.*$/gm)).toEqual([
      expect.stringContaining('`payments/api` can assume it'),
    ]);
    expect(Association).toBeDefined();
  });
});
