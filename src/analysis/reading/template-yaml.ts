/**
 * Reads CloudFormation templates in YAML or JSON, with the short forms of functions: `!Ref`, `!Sub`, ….
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
import type { Document, Node } from 'yaml';
import { UnusableInput } from './unusable-input';
import { yaml } from './yaml-parser';

const MAX_ALIASES = 1000;

/**
 * The documents in a text, as plain values.
 *
 * @throws UnusableInput if it is not valid YAML
 */
export function documentsIn(text: string, file: string): unknown[] {
  const options = { prettyErrors: false, logLevel: 'silent', merge: true, uniqueKeys: false } as const;
  return (yaml().parseAllDocuments(text, options) as Document.Parsed[]).flatMap(document => {
    const [error] = document.errors;
    if (error) {
      const [problem] = error.message.split('\n');
      throw new UnusableInput(`${file}: is not valid YAML: ${problem.replace(/\.$/, '')}.`);
    }
    expandFunctions(document);
    try {
      const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
      return value === null || value === undefined ? [] : [value];
    } catch (problem) {
      throw new UnusableInput(`${file}: cannot be read: ${(problem as Error).message}.`);
    }
  });
}

/** Converts `!Sub text` to `{ "Fn::Sub": text }`. */
function expandFunctions(document: Document): void {
  yaml().visit(document, {
    Node: (_, node) => {
      const { tag } = node as Node & { tag?: string };
      if (tag === undefined || !/^![A-Za-z]/.test(tag)) return undefined;
      (node as { tag?: string }).tag = undefined;
      const name = tag === '!Ref' || tag === '!Condition' ? tag.slice(1) : `Fn::${tag.slice(1)}`;
      return document.createNode({ [name]: argumentOf(name, node as Node) });
    },
  });
}

function argumentOf(name: string, node: Node): unknown {
  const { isScalar } = yaml();
  if (name !== 'Fn::GetAtt' || !isScalar(node)) return node;
  const [, resource, attribute] = /^([^.]*)\.(.*)$/.exec(String(node.value)) ?? [];
  return resource === undefined ? node : [resource, attribute];
}
