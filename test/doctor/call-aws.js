// What a container of a test runs: asks who it is, and describes a cluster if one is named. The SDK finds credentials by itself.
const { DescribeClusterCommand, EKSClient } = require('@aws-sdk/client-eks');
const { GetCallerIdentityCommand, STSClient } = require('@aws-sdk/client-sts');

async function main([cluster]) {
  const { Arn: identity } = await new STSClient({}).send(new GetCallerIdentityCommand({}));
  if (cluster === undefined) return { identity };
  const described = new EKSClient({}).send(new DescribeClusterCommand({ name: cluster }));
  return { identity, action: await described.then(() => 'allowed', ({ name }) => name) };
}

main(process.argv.slice(2))
  .catch(({ name, message }) => ({ error: `${name}: ${message}` }))
  .then(answer => process.stdout.write(JSON.stringify(answer)));
