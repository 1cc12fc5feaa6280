import { styleText } from 'util';

/** A style of `util.styleText`. */
export type Style = Exclude<Parameters<typeof styleText>[0], readonly unknown[]>;

/** Styles text if colors are enabled, and otherwise returns it unchanged. */
export function painter(isColored: boolean): (style: Style | Style[], text: string) => string {
  return (style, text) => (isColored ? styleText(style, text, { validateStream: false }) : text);
}
