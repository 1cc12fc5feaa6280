import { readFileSync } from 'fs';
import { LanguageTablet, TargetLanguage, TranslatedSnippet } from 'jsii-rosetta';
import { code, Page, page, prose, table } from './page';

/** What is used of the jsii assembly. */
interface Docs {
  readonly summary?: string;
  readonly remarks?: string;
  readonly example?: string;
  readonly default?: string;
  readonly see?: string;
  readonly returns?: string;
  readonly custom?: Record<string, string>;
}
interface Reference {
  readonly fqn?: string;
  readonly primitive?: string;
  readonly collection?: { readonly kind: 'array' | 'map'; readonly elementtype: Reference };
  readonly union?: { readonly types: Reference[] };
}
interface Value {
  readonly name: string;
  readonly type: Reference;
  readonly optional?: boolean;
  readonly variadic?: boolean;
  readonly static?: boolean;
  readonly docs?: Docs;
}
interface Method {
  readonly name: string;
  readonly parameters?: Value[];
  readonly returns?: { readonly type: Reference };
  readonly static?: boolean;
  readonly docs?: Docs;
}
interface Type {
  readonly name: string;
  readonly kind: 'class' | 'interface' | 'enum';
  readonly datatype?: boolean;
  readonly base?: string;
  readonly interfaces?: string[];
  readonly initializer?: { readonly parameters?: Value[] };
  readonly methods?: Method[];
  readonly properties?: Value[];
  readonly members?: { readonly name: string; readonly docs?: Docs }[];
  readonly docs?: Docs;
}

const LANGUAGES: { readonly title: string; readonly fence: string; readonly language: TargetLanguage }[] = [
  { title: 'Python', fence: 'python', language: TargetLanguage.PYTHON },
  { title: 'Java', fence: 'java', language: TargetLanguage.JAVA },
  { title: 'C#', fence: 'csharp', language: TargetLanguage.CSHARP },
  { title: 'Go', fence: 'go', language: TargetLanguage.GO },
];

/** The overview, a page for each class, and one for all options. */
export async function constructPages(assemblyFile: string, tabletFile: string): Promise<Page[]> {
  const { types } = JSON.parse(readFileSync(assemblyFile, 'utf8')) as { types: Record<string, Type> };
  const tablet = await LanguageTablet.fromFile(tabletFile);
  const reference = new ConstructReference(types, tablet.translatedSnippets);
  return reference.pages();
}

class ConstructReference {
  private readonly classes: Type[];
  private readonly options: Type[];

  constructor(private readonly types: Record<string, Type>, private readonly snippets: TranslatedSnippet[]) {
    const all = Object.values(types).sort((left, right) => (left.name < right.name ? -1 : 1));
    this.options = all.filter(({ kind, datatype }) => kind === 'enum' || datatype);
    this.classes = all.filter(type => !this.options.includes(type));
  }

  public pages(): Page[] {
    return [
      this.overview(),
      ...this.classes.map(type => this.classPage(type)),
      page(
        'api/options',
        'Options and enums',
        'Every type of options, and every enum.',
        ...this.options.map(type => this.optionSection(type)),
      ),
    ];
  }

  private overview(): Page {
    const link = (name: string) => `[${code(name)}](./api/${fileOf(name)}.md)`;
    const rows = this.classes.map(({ name, docs }) => [link(name), text(docs?.summary)]);
    return page(
      'constructs',
      'Constructs',
      'Every public class of cdk-irsa.',
      'Every public class. What they take is in [Options and enums](./api/options.md). All of it on one page is in '
        + '[API.md](https://github.com/cdk-irsa/cdk-irsa/blob/main/API.md). Names are those of TypeScript: in Python, '
        + '`serviceAccountName` is `service_account_name`.',
      table(['class', 'what it does'], rows),
    );
  }

  private classPage(type: Type): Page {
    const props = type.initializer?.parameters?.find(({ name }) => name === 'props');
    const properties = type.properties ?? [];
    const methods = type.methods ?? [];
    return page(
      `api/${fileOf(type.name)}`,
      type.name,
      `${type.docs?.summary ?? type.name}`,
      this.description(type.docs),
      ...type.initializer
        ? ['## Constructor', `${code(`new ${type.name}(${parameters(type.initializer.parameters)})`)}`]
        : [],
      ...props?.type.fqn
        ? [`${this.link(props.type)}:`, this.valueTable('option', this.allProperties(props.type.fqn))]
        : [],
      ...this.methodSections('Static methods', methods.filter(method => method.static)),
      ...this.methodSections('Methods', methods.filter(method => !method.static)),
      ...properties.length > 0 ? ['## Properties', this.valueTable('property', properties)] : [],
    );
  }

  private optionSection(type: Type): string {
    const rows = type.kind === 'enum'
      ? table(['value', 'meaning'], (type.members ?? []).map(({ name, docs }) => [code(name), text(docs?.summary)]))
      : this.valueTable('option', this.allProperties(this.fqnOf(type)));
    return `## ${code(type.name)} {#${fileOf(type.name)}}\n\n${this.description(type.docs)}\n\n${rows}`;
  }

  private methodSections(title: string, methods: Method[]): string[] {
    if (methods.length === 0) return [];
    return [`## ${title}`, ...methods.map(({ name, parameters: given = [], returns, docs }) => {
      const signature = `${name}(${parameters(given)})${returns ? `: ${typeName(returns.type)}` : ''}`;
      const rows = given.map(parameter => [
        `${code(parameter.name)}${parameter.optional ? '' : ' *'}`,
        this.link(parameter.type),
        text(parameter.docs?.summary),
      ]);
      return [
        `### ${code(name)} {#${name.toLowerCase()}}`,
        `\`\`\`ts\n${signature}\n\`\`\``,
        this.description(docs),
        ...rows.length > 0 ? [table(['parameter', 'type', ''], rows)] : [],
        ...docs?.returns ? [`Returns ${text(docs.returns)}`] : [],
      ].join('\n\n');
    })];
  }

  /** Its own, then those that it inherits. */
  private allProperties(fqn: string): Value[] {
    const type = this.types[fqn];
    if (!type) return [];
    const inherited = (type.interfaces ?? []).flatMap(base => this.allProperties(base));
    return [...type.properties ?? [], ...inherited].sort((left, right) =>
      Number(left.optional ?? false) - Number(right.optional ?? false));
  }

  private valueTable(title: string, values: Value[]): string {
    return table([title, 'type', 'default', ''], values.map(({ name, type, optional, docs }) => [
      `${code(name)}${optional || title === 'property' ? '' : ' *'}`,
      this.link(type),
      docs?.default === undefined ? '' : defaultOf(docs.default),
      text([docs?.summary, docs?.remarks].filter(Boolean).join(' ')),
    ])) + (title === 'option' && values.some(({ optional }) => !optional) ? '\n\n\\* required' : '');
  }

  private description(docs: Docs = {}): string {
    const throws = docs.custom?.throws;
    return [
      blocks(docs.summary),
      blocks(docs.remarks),
      throws === undefined ? '' : `**Errors:** ${text(throws)}`,
      docs.see === undefined ? '' : `**See:** ${links(docs.see)}`,
      docs.example === undefined ? '' : this.example(docs.example),
    ].filter(Boolean).join('\n\n');
  }

  /** In every language, as rosetta translates it for the packages. */
  private example(source: string): string {
    const snippet = this.snippets.find(({ originalSource }) => originalSource.source.trim() === source.trim());
    if (!snippet) throw new Error(`not translated; run npx projen rosetta: ${source.slice(0, 80)}`);
    const translated = LANGUAGES.flatMap(({ title, fence, language }) => {
      const translation = snippet.get(language);
      return translation === undefined ? [] : [`\`\`\`${fence} [${title}]\n${translation.source.trim()}\n\`\`\``];
    });
    return ['::: code-group', `\`\`\`ts [TypeScript]\n${source.trim()}\n\`\`\``, ...translated, ':::'].join('\n\n');
  }

  private fqnOf(type: Type): string {
    return Object.keys(this.types).find(fqn => this.types[fqn] === type)!;
  }

  private link(type: Reference): string {
    if (type.collection) {
      const element = this.link(type.collection.elementtype);
      return type.collection.kind === 'array' ? `${element}\\[\\]` : `map of ${element}`;
    }
    if (type.union) return type.union.types.map(one => this.link(one)).join(' or ');
    const own = type.fqn === undefined ? undefined : this.types[type.fqn];
    const name = code(typeName(type));
    if (!own) return name;
    const target = this.options.includes(own) ? `options.md#${fileOf(own.name)}` : `${fileOf(own.name)}.md`;
    return `[${name}](./${target})`;
  }
}

const fileOf = (name: string) => name.toLowerCase();

function typeName({ fqn, primitive, collection, union }: Reference): string {
  if (collection) {
    const element = typeName(collection.elementtype);
    return collection.kind === 'array' ? `${element}[]` : `Record<string, ${element}>`;
  }
  if (union) return union.types.map(typeName).join(' | ');
  return fqn?.split('.').pop() ?? primitive ?? 'any';
}

function parameters(values: Value[] = []): string {
  return values.map(({ name, type, optional, variadic }) =>
    `${variadic ? '...' : ''}${name}${optional ? '?' : ''}: ${typeName(type)}${variadic ? '[]' : ''}`).join(', ');
}

/** One line, for a cell. */
function text(words = ''): string {
  return prose(words.replace(/\s+/g, ' ')).replaceAll('./warnings.md', '../warnings.md').replaceAll('|', '\\|');
}

/** Paragraphs, as docstrings have them. */
function blocks(words = ''): string {
  return words.split(/(```.*?```)/s)
    .map(part => (part.startsWith('```') ? part : prose(part).replaceAll('./warnings.md', '../warnings.md')))
    .join('');
}

/** jsii writes a default without a value as `- description`. */
function defaultOf(value: string): string {
  if (value.startsWith('- ')) return text(value.slice(2));
  return /[` ]/.test(value) ? text(value) : code(value.replaceAll('|', '\\|'));
}

function links(see: string): string {
  return see.replace(/https?:\/\/\S+/g, '<$&>');
}
