import { letsIn } from './iam-simulator';

// The judge itself: a hand-written policy, decided as IAM documents it.
const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/ABC';
const ARN = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;
const policy = (operator: string, sub: string) => ({
  Version: '2012-10-17',
  Statement: [{
    Effect: 'Allow',
    Principal: { Federated: ARN },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com', ...operator === 'StringEquals' && { [`${ISSUER}:sub`]: sub } },
      ...operator !== 'StringEquals' && { [operator]: { [`${ISSUER}:sub`]: sub } },
    },
  }],
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
