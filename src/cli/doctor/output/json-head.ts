/** The first fields of each JSON document of the doctor. */
export function jsonHead(version: string) {
  return { schemaVersion: 1, tool: { name: 'cdk-irsa', version } };
}
