import { letsAnybody, letsIn, letsPodIn } from './iam-simulator';

// The judge itself: a hand-written policy, decided as IAM documents it.
const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/ABC';
const ARN = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;
const policy = (operator: string, sub: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: ARN },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          [`${ISSUER}:aud`]: 'sts.amazonaws.com',
          ...(operator === 'StringEquals' && { [`${ISSUER}:sub`]: sub }),
        },
        ...(operator !== 'StringEquals' && { [operator]: { [`${ISSUER}:sub`]: sub } }),
      },
    },
  ],
});
const token = { providerArn: ARN, issuer: ISSUER, sub: 'system:serviceaccount:ns:sa', aud: 'sts.amazonaws.com' };

test.each([
  ['exact', 'StringEquals', 'system:serviceaccount:ns:sa', token, true],
  ['another subject', 'StringEquals', 'system:serviceaccount:ns:sb', token, false],
  ['a wildcard under StringEquals', 'StringEquals', 'system:serviceaccount:ns:*', token, false],
  ['a wildcard under StringLike', 'StringLike', 'system:serviceaccount:ns:*', token, true],
  ['another audience', 'StringEquals', 'system:serviceaccount:ns:sa', { ...token, aud: 'other' }, false],
  ['no audience', 'StringEquals', 'system:serviceaccount:ns:sa', { ...token, aud: undefined }, false],
  ['another provider', 'StringEquals', 'system:serviceaccount:ns:sa', { ...token, providerArn: `${ARN}x` }, false],
])('the simulator decides on %s', (_, operator, sub, identity, expected) => {
  expect(letsIn(policy(operator, sub), identity)).toBe(expected);
});

const podPolicy = {
  Version: '2012-10-17',
  Statement: [{
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: {
      StringEquals: { 'aws:SourceAccount': '111122223333', 'aws:RequestTag/kubernetes-namespace': 'ns' },
      ArnEquals: { 'aws:SourceArn': 'arn:aws:eks:eu-west-1:111122223333:cluster/blue' },
    },
  }],
};
const request = {
  clusterArn: 'arn:aws:eks:eu-west-1:111122223333:cluster/blue',
  account: '111122223333',
  namespace: 'ns',
  serviceAccount: 'sa',
};

test.each([
  ['the service account', podPolicy, request, true],
  ['another namespace', podPolicy, { ...request, namespace: 'other' }, false],
  ['another cluster', podPolicy, { ...request, clusterArn: `${request.clusterArn}2` }, false],
  ['another account', podPolicy, { ...request, account: '444455556666' }, false],
  ['no session tags', podPolicy, { ...request, namespace: undefined }, false],
  [
    'another service',
    { ...podPolicy, Statement: [{ ...podPolicy.Statement[0], Principal: { Service: 'eks.amazonaws.com' } }] },
    request,
    false,
  ],
  [
    'a policy that forgets sts:TagSession',
    { ...podPolicy, Statement: [{ ...podPolicy.Statement[0], Action: 'sts:AssumeRole' }] },
    request,
    false,
  ],
])('the simulator decides on Pod Identity: %s', (_, trust, identity, expected) => {
  expect(letsPodIn(trust, identity)).toBe(expected);
});

const bucketPolicy = (Principal: any) => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal, Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/open' },
    {
      Effect: 'Deny',
      Principal,
      Action: 's3:*',
      Resource: 'arn:aws:s3:::bucket/*',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ],
});

test.each<[string, any, string, string, Record<string, string>, boolean]>([
  ['everybody', { AWS: '*' }, 's3:GetObject', 'open', {}, true],
  ['everybody, written otherwise', '*', 's3:GetObject', 'open', {}, true],
  ['an account', { AWS: 'arn:aws:iam::111122223333:root' }, 's3:GetObject', 'open', {}, false],
  ['another object', { AWS: '*' }, 's3:GetObject', 'other', {}, false],
  ['another action', { AWS: '*' }, 's3:PutObject', 'open', {}, false],
  ['a denial', { AWS: '*' }, 's3:GetObject', 'open', { 'aws:SecureTransport': 'false' }, false],
])('the simulator decides on anonymous requests: %s', (_, principal, action, key, context, expected) => {
  expect(letsAnybody(bucketPolicy(principal), action, `arn:aws:s3:::bucket/${key}`, context)).toBe(expected);
});
