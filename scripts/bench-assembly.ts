/** A role and a policy per service account, and at most 500 resources per stack. */
const MAX_IN_STACK = 200;

/** Synthesizes an app of many service accounts into a folder: what the command is measured with. */
export async function synthesizeMany(size: number, outdir: string): Promise<void> {
  // Imported here, so that what only measures does not load the CDK.
  const { App, Stack } = await import('aws-cdk-lib');
  const { Bucket } = await import('aws-cdk-lib/aws-s3');
  const { ClusterOidcProvider, IrsaServiceAccount } = await import('../src/index.js');
  const app = new App({ outdir, analyticsReporting: false });
  const stacks = Math.ceil(size / MAX_IN_STACK);
  for (let number = 0; number < stacks; number++) {
    const stack = new Stack(app, `Stack${number}`, { env: { account: '111122223333', region: 'eu-west-1' } });
    const oidcProvider = ClusterOidcProvider.fromIssuerUrl(
      stack,
      'Oidc',
      'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE',
    );
    const bucket = Bucket.fromBucketName(stack, 'Bucket', 'reports');
    for (let index = number; index < size; index += stacks) {
      bucket.grantRead(
        new IrsaServiceAccount(stack, `Sa${index}`, {
          oidcProvider,
          namespace: `team-${index % 50}`,
          serviceAccountName: `app-${index}`,
        }),
      );
    }
  }
  app.synth();
}
