/** How each JSON document of the doctor begins. */
export function jsonHead(version: string): object {
  return { schemaVersion: 1, tool: { name: 'cdk-irsa', version } };
}
