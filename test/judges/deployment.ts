/**
 * Judge: what CloudFormation makes of an intrinsic when it deploys, written from its documentation.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
 */

/** What a deployment knows. */
export interface Deployment {
  /** Of `Ref` by its name, of `Fn::GetAtt` by `<logical id>.<attribute>`. */
  readonly values: Record<string, string>;
  /** Of `Fn::ImportValue`, by the name of the export. */
  readonly exports?: Record<string, string>;
  /** Of `Fn::If`, by the logical id of the condition. */
  readonly conditions?: Record<string, boolean>;
  /** Of dynamic references, by what stands between `{{resolve:` and `}}`. */
  readonly dynamic?: Record<string, string>;
}

/** What `AWS::NoValue` is: a property or an item with this value is removed. */
const NOTHING = Symbol('AWS::NoValue');

type Evaluate = (value: any) => any;

const FUNCTIONS: Record<string, (argument: any, deployment: Deployment, evaluate: Evaluate) => any> = {
  'Ref': (name, { values }) => (name === 'AWS::NoValue' ? NOTHING : known(values, name, 'Ref')),
  'Fn::If': ([condition, yes, no], { conditions = {} }, evaluate) =>
    evaluate(known(conditions, condition, 'Fn::If') ? yes : no),
  'Fn::GetAtt': (argument, { values }) =>
    known(values, Array.isArray(argument) ? argument.join('.') : argument, 'Fn::GetAtt'),
  'Fn::ImportValue': (name, { exports = {} }, evaluate) => known(exports, evaluate(name), 'Fn::ImportValue'),
  'Fn::Join': ([separator, parts], _, evaluate) => list(evaluate(parts)).map(text).join(text(separator)),
  'Fn::Split': ([separator, source], _, evaluate) => text(evaluate(source)).split(text(separator)),
  'Fn::Select': ([index, items], _, evaluate) => selected(list(evaluate(items)), Number(evaluate(index))),
  'Fn::FindInMap': ([map, ...keys], { values }, evaluate) =>
    known(values, [map, ...keys.map(evaluate)].join('.'), 'Fn::FindInMap'),
  'Fn::Sub': (argument, deployment, evaluate) => {
    const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
    const values = { ...deployment.values, ...evaluate(variables) };
    return text(template).replace(/\$\{(!?)([^}]*)\}/g, (_, escape, name) =>
      escape ? `\${${name}}` : text(known(values, name, 'Fn::Sub')),
    );
  },
};

/**
 * A value of a template as it is once deployed.
 *
 * @throws on a function, or a name, that is not known
 */
export function deployed(value: any, deployment: Deployment): any {
  const evaluate: Evaluate = item => deployed(item, deployment);
  if (Array.isArray(value)) return value.map(evaluate).filter(item => item !== NOTHING);
  if (typeof value === 'string') {
    return value.replace(/\{\{resolve:([^}]*)\}\}/g, (_, reference) =>
      known(deployment.dynamic ?? {}, reference, 'dynamic reference'),
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const name = Object.keys(value).find(key => key === 'Ref' || key.startsWith('Fn::'));
  if (name === undefined) {
    return Object.fromEntries(
      entries.map(([key, item]) => [key, evaluate(item)]).filter(([, item]) => item !== NOTHING),
    );
  }
  if (entries.length > 1 || !(name in FUNCTIONS)) throw new Error(`not known: ${JSON.stringify(value)}`);
  const result = FUNCTIONS[name](value[name], deployment, evaluate);
  // Dynamic references come last, in whatever the functions have made.
  return typeof result === 'string' && result.includes('{{resolve:') ? evaluate(result) : result;
}

function known<T>(values: Record<string, T>, name: string, usedBy: string): T {
  if (!Object.hasOwn(values, name)) throw new Error(`${usedBy}: no value for ${name}`);
  return values[name];
}

function selected(items: any[], index: number): any {
  if (!(index in items)) throw new Error(`Fn::Select: no item ${index} in ${JSON.stringify(items)}`);
  return items[index];
}

function list(value: any): any[] {
  if (!Array.isArray(value)) throw new Error(`not a list: ${JSON.stringify(value)}`);
  return value;
}

function text(value: any): string {
  if (typeof value === 'object' || value === undefined) throw new Error(`not a text: ${JSON.stringify(value)}`);
  return `${value}`;
}
