/**
 * Reads the options of the `Controller` factories and others from their type declarations.
 */
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import * as ts from 'typescript';
import { Controller } from '../../src';

const SOURCE = join(__dirname, '..', '..', 'src');

interface Input {
  readonly name: string;
  readonly isOptional: boolean;
  /** As declared. */
  readonly type: string;
}

const interfaces = new Map<string, ts.InterfaceDeclaration>();
/** The options type of each factory, by class and name. */
const optionTypes = new Map<string, string>();

for (const file of sourceFiles()) {
  file.forEachChild(node => {
    if (ts.isInterfaceDeclaration(node)) interfaces.set(node.name.text, node);
    if (ts.isClassDeclaration(node)) {
      node.members.filter(ts.isMethodDeclaration).forEach(({ name, parameters: [options] }) => {
        optionTypes.set(`${node.name?.text}.${name.getText()}`, options?.type?.getText() ?? '');
      });
    }
  });
}

function sourceFiles(): ts.SourceFile[] {
  const controllers = readdirSync(join(SOURCE, 'controllers'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => join('controllers', name));
  const others = readdirSync(SOURCE).filter(name => name.endsWith('.ts'));
  return [...others, ...controllers].map(name =>
    ts.createSourceFile(name, readFileSync(join(SOURCE, name), 'utf8'), ts.ScriptTarget.Latest, true),
  );
}

function declarationOf(type: string): ts.InterfaceDeclaration {
  const declaration = interfaces.get(type);
  if (!declaration) throw new Error(`no interface ${type} in ${SOURCE}`);
  return declaration;
}

/** The properties of an interface, without inherited ones. */
export function ownProperties(type: string): Input[] {
  return declarationOf(type).members
    .filter(ts.isPropertySignature)
    .map(({ name, questionToken, type: declared }) =>
      ({ name: name.getText(), isOptional: questionToken !== undefined, type: declared?.getText() ?? '' }));
}

/** Its own properties, then the inherited ones. */
function inputsOf(type: string): Input[] {
  const extended = (declarationOf(type).heritageClauses ?? []).flatMap(({ types }) =>
    types.map(base => base.getText()));
  return [...ownProperties(type), ...extended.flatMap(inputsOf)];
}

/** The options of a factory that have a type, including nested ones: `pushSecrets.encryptionKeys`. */
export function optionsOfType(factory: string, type: RegExp): string[] {
  const namesIn = (group: string): string[] => inputsOf(group).flatMap(({ name, type: own }) => {
    if (type.test(own)) return [name];
    const element = own.replace('[]', '');
    return interfaces.has(element) ? namesIn(element).map(inner => `${name}.${inner}`) : [];
  });
  const options = optionTypes.get(factory) ?? '';
  return interfaces.has(options) ? namesIn(options) : [];
}

/** The inputs of which a factory requires at least one, from its error message: types cannot express this. */
function alternatives(factory: string): string[] {
  try {
    (Controller as unknown as Record<string, (options: object) => unknown>)[factory]({});
  } catch (error) {
    const [, first, others] = /`(\w+)` must be given, or (.*?), got:/.exec(String(error)) ?? [];
    return first ? [first, ...[...others.matchAll(/`(\w+)`/g)].map(([, name]) => name)] : [];
  }
  return [];
}

/** For a table: required inputs, inputs of which at least one is required, and optional inputs with a question mark. */
export function controllerInputs(factory: string): string {
  const inputs = inputsOf(optionTypes.get(`Controller.${factory}`) ?? '');
  const oneOf = alternatives(factory);
  const code = (names: string[], mark = '') => names.map(name => `\`${name}${mark}\``).join(', ');
  const rest = inputs.filter(({ name }) => !oneOf.includes(name));
  const required = code(rest.filter(({ isOptional }) => !isOptional).map(({ name }) => name));
  const optional = code(rest.filter(({ isOptional }) => isOptional).map(({ name }) => name), '?');
  const oneNeeded = oneOf.length > 0 ? `at least one of ${code(oneOf)}` : '';
  return [[required, oneNeeded].filter(Boolean).join(', '), optional].filter(Boolean).join(oneNeeded ? '; ' : ', ');
}
