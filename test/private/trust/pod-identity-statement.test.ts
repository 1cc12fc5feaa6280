/**
 * Which subjects and clusters share a statement of Pod Identity.
 */
import { Lazy } from 'aws-cdk-lib';
import { ServiceAccountSubject } from '../../../src';
import { podIdentityStatements } from '../../../src/private/trust/pod-identity-statement';
import { literalStack } from '../../support';

const arn = (name: string, account = '111122223333') => `arn:aws:eks:eu-west-1:${account}:cluster/${name}`;
const exact = (namespace: string, name: string) => ServiceAccountSubject.exact(namespace, name);
const entry = (clusterArn: string, ...subjects: ServiceAccountSubject[]) =>
  ({ clusterArn, subjects, sessionTags: true });
const lazy = (text: string) => Lazy.string({ produce: () => text });
const tags = (namespace: any, name: any) => ({
  'aws:RequestTag/kubernetes-namespace': namespace,
  'aws:RequestTag/kubernetes-service-account': name,
  'aws:SourceAccount': '111122223333',
});
const conditions = (statements: any[]) => literalStack().resolve(statements.map(({ Condition }) => Condition));

test('subjects of one namespace share a statement, also if a token stands for it', () => {
  const entries = [entry(arn('blue'), exact('a', 'x'), exact(lazy('a'), 'y'), exact('b', 'z'))];
  expect(conditions(podIdentityStatements(entries, literalStack()))).toEqual([
    { ArnEquals: { 'aws:SourceArn': arn('blue') }, StringEquals: tags('a', ['x', 'y']) },
    { ArnEquals: { 'aws:SourceArn': arn('blue') }, StringEquals: tags('b', 'z') },
  ]);
  expect(podIdentityStatements(entries)).toHaveLength(3);
});

test('clusters with the same subjects share a statement, also if tokens stand for them', () => {
  const entries = [
    entry(arn('green'), exact('a', 'x')),
    entry(arn('blue'), exact('a', lazy('x'))),
    entry(lazy(arn('blue')), exact('a', 'x')),
  ];
  expect(conditions(podIdentityStatements(entries, literalStack()))).toEqual([
    { ArnEquals: { 'aws:SourceArn': [arn('blue'), arn('green')] }, StringEquals: tags('a', 'x') },
  ]);
});

test('clusters of two accounts, and patterns, keep apart', () => {
  const statements = podIdentityStatements([
    entry(arn('blue'), exact('a', 'x'), ServiceAccountSubject.matching('a', 'x*')),
    entry(arn('blue', '444455556666'), exact('a', 'x')),
  ], literalStack());
  expect(conditions(statements).map(({ StringEquals: equals, StringLike: like }: any) => (
    [equals['aws:SourceAccount'], Object.keys(equals).length, like !== undefined]))).toEqual([
    ['111122223333', 3, false],
    ['111122223333', 1, true],
    ['444455556666', 3, false],
  ]);
});

test('without session tags every service account of the cluster is let in', () => {
  const untagged = { clusterArn: arn('blue'), subjects: [exact('a', 'x'), exact('b', 'y')], sessionTags: false };
  const both = podIdentityStatements([untagged, { ...untagged, clusterArn: arn('green') }], literalStack());
  expect(conditions(both)).toEqual([{
    ArnEquals: { 'aws:SourceArn': [arn('blue'), arn('green')] },
    StringEquals: { 'aws:SourceAccount': '111122223333' },
  }]);
});
