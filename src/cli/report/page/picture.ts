import { h, plural, svg, visible } from './dom';
import { clusterInShort } from '../in-words';
import { Box, layOut, Picture, PictureActors } from '../picture-layout';
import { Answer } from '../rows';

const CHARACTER = 7.3; // width in the 12 px font

/** The graph of the filtered access, which the table contains as text. */
export class PictureView {
  public readonly element = h('div', { id: 'picture-body' });
  private readonly toggled = new Map<string, boolean>();
  private isOpenByDefault?: boolean;
  private answers: Answer[] = [];
  private actors?: PictureActors;

  public show(answers: Answer[], actors?: PictureActors): void {
    this.answers = answers;
    this.actors = actors;
    const picture = layOut(answers, this.toggled, this.isOpenByDefault, actors);
    if (picture.boxes.length === 0) {
      this.element.replaceChildren(h('p', { class: 'quiet' }, 'No service accounts to draw.'));
      return;
    }
    const namespaces = picture.boxes.filter(({ kind }) => kind === 'namespace');
    this.element.replaceChildren(
      h(
        'p',
        { class: 'quiet tools' },
        namespaces.some(({ isOpen }) => !isOpen) ? 'Open a namespace to see its service accounts. ' : '',
        this.button('Open all', namespaces, true),
        this.button('Close all', namespaces, false),
      ),
      this.framed(h(
        'div',
        {
          'class': 'scroll',
          'tabindex': 0,
          'role': 'group',
          'aria-label': 'Picture of who can assume which role. The access table has the same content.',
        },
        h(
          'div',
          { 'class': `columns${actors ? ' people' : ''}`, 'aria-hidden': 'true' },
          ...['Cluster', ...actors ? ['Who can act as'] : [], 'Service account', 'Role', 'Reaches']
            .map(title => h('span', {}, title)),
        ),
        this.draw(picture),
      )),
      picture.edges.some(({ kind }) => kind === 'closed')
        ? h('p', { class: 'quiet' }, 'Dashed lines: denied by an admission policy.')
        : '',
      picture.actorsLeftOut > 0
        ? h(
          'p',
          { class: 'quiet' },
          `${picture.actorsLeftOut.toLocaleString('en')} more actors are not drawn. Narrow the filter to see them `
              + 'here. The table below lists all of them.',
        )
        : '',
      picture.leftOut > 0
        ? h(
          'p',
          { class: 'quiet' },
          `${plural(picture.leftOut, 'more service account')} not drawn. Narrow the filter to see them here. The `
              + 'table lists all of them.',
        )
        : '',
    );
  }

  /** Adds a hint where the picture can be scrolled. */
  private framed(content: HTMLElement): HTMLElement {
    const sign = h('p', { 'class': 'sign', 'aria-hidden': 'true' }, 'Scroll for more');
    const frame = h('div', { class: 'frame' }, content, sign);
    const mark = () => {
      const below = content.scrollHeight - content.scrollTop - content.clientHeight > 1;
      const right = content.scrollWidth - content.scrollLeft - content.clientWidth > 1;
      frame.classList.toggle('below', below);
      frame.classList.toggle('right', right);
    };
    content.addEventListener('scroll', mark, { passive: true });
    new ResizeObserver(mark).observe(content);
    return frame;
  }

  private button(text: string, namespaces: Box[], isOpen: boolean): HTMLElement | false {
    return namespaces.length > 1 && namespaces.some(namespace => namespace.isOpen !== isOpen) && h('button', {
      type: 'button',
      class: 'link',
      click: () => {
        this.toggled.clear();
        this.isOpenByDefault = isOpen;
        this.show(this.answers, this.actors);
      },
    }, text);
  }

  private draw({ width, height, boxes, edges }: Picture): SVGElement {
    const drawn = new Map<Box, SVGElement>();
    const lines = edges.map(({ from, to, kind, isFaint }) => {
      if (kind === 'contains') return undefined;
      const [x1, y1, x2, y2] = [from.x + from.width, from.y + from.height / 2, to.x, to.y + to.height / 2];
      const bend = (x2 - x1) / 2;
      const className = ['edge', kind, isFaint && 'faint'].filter(Boolean).join(' ');
      return svg('path', { class: className, d: `M${x1},${y1}C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}` });
    });
    for (const box of boxes) drawn.set(box, this.box(box));
    const picture = svg(
      'svg',
      { viewBox: `0 0 ${width} ${height}`, width, height, class: 'picture' },
      svg('g', { 'aria-hidden': 'true' }, ...lines),
      ...drawn.values(),
    );
    for (const [box, element] of drawn) {
      if (box.kind === 'cluster') continue;
      const light = (on: boolean) => {
        picture.classList.toggle('dim', on);
        const reached = connectedBoxes(box, edges);
        edges.forEach(({ from, to }, index) =>
          lines[index]?.classList.toggle('lit', on && reached.has(from) && reached.has(to)),
        );
        for (const [other, shape] of drawn) shape.classList.toggle('lit', on && reached.has(other));
      };
      element.addEventListener('mouseenter', () => light(true));
      element.addEventListener('mouseleave', () => light(false));
    }
    return picture;
  }

  private box(box: Box): SVGElement {
    const { id, kind, x, y, width, height, label, more, isOpen, names, right = '' } = box;
    const title = svg(
      'title',
      {},
      visible(
        names ? `${isOpen ? '' : 'closed: '}${right}: ${names.join(', ')}` : more === undefined
          ? label
          : `${label}, ${kind === 'namespace' ? plural(Number(more), 'service account') : more}`,
      ),
    );
    const room = Math.floor(
      (width
        - 24
        - (kind === 'cluster' || more === undefined ? 0 : kind === 'namespace' ? 52 : more.length * CHARACTER + 10))
        / CHARACTER,
    );
    const text = (content: string, at: number, row: number, className: string, anchor = 'start') =>
      svg('text', { 'x': at, 'y': row, 'class': className, 'text-anchor': anchor }, content);
    const shape = svg('rect', {
      x: x + 0.5,
      y: y + 0.5,
      width: width - 1,
      height: height - 1,
      rx: kind === 'role' ? height / 2 : 5,
    });
    if (kind === 'cluster') {
      const [first, second] = clusterInShort(label);
      return svg(
        'g',
        { 'class': `box ${kind}`, 'aria-hidden': 'true' },
        title,
        shape,
        text(shorten(visible(first), room), x + 12, y + 20, 'label'),
        text(second === '' ? more! : shorten(visible(second), room), x + 12, y + 36, 'more'),
        second !== '' && height > 58 && text(more!, x + 12, y + 52, 'more'),
      );
    }
    if (kind === 'actor') {
      return svg(
        'g',
        { 'class': `box ${kind} ${isOpen ? '' : 'closed'}`, 'aria-hidden': 'true' },
        title,
        shape,
        text(shorten(visible(label), room), x + 12, y + 18, 'label'),
        more !== undefined && text(more, x + width - 12, y + 18, 'more', 'end'),
        text(shorten(visible(isOpen ? right : `closed: ${right}`), Math.floor((width - 24) / CHARACTER)),
          x + 12, y + 33, 'more'),
      );
    }
    if (kind !== 'namespace') {
      return svg(
        'g',
        { 'class': `box ${kind}`, 'aria-hidden': 'true' },
        title,
        shape,
        text(shorten(visible(label), room), x + 12, y + 19.5, 'label'),
        more !== undefined && text(visible(more), x + width - 12, y + 19.5, 'more', 'end'),
      );
    }
    const toggle = (event: Event) => {
      event.preventDefault();
      this.toggled.set(id, !isOpen);
      this.show(this.answers, this.actors);
      (this.element.querySelector(`[data-id="${CSS.escape(id)}"]`) as SVGElement | null)?.focus();
    };
    return svg(
      'g',
      {
        'class': `box ${kind} ${isOpen ? 'open' : 'closed'}`,
        'role': 'button',
        'tabindex': 0,
        'aria-expanded': `${isOpen}`,
        'data-id': id,
        'aria-label': `Namespace ${visible(label)}, ${plural(Number(more), 'service account')}`,
        'click': toggle,
        'keydown': event => {
          if (['Enter', ' '].includes((event as KeyboardEvent).key)) toggle(event);
        },
      },
      title,
      shape,
      text(isOpen ? '▾' : '▸', x + 11, y + (isOpen ? 18 : 19.5), 'more'),
      text(shorten(visible(label), room), x + 28, y + (isOpen ? 18 : 19.5), 'label'),
      text(more!, x + width - 12, y + (isOpen ? 18 : 19.5), 'more', 'end'),
    );
  }
}

/** All boxes before and after a box. */
function connectedBoxes(box: Box, edges: Picture['edges']): Set<Box> {
  const reached = new Set([box]);
  const walk = (step: (edge: Picture['edges'][number]) => [Box, Box]) => {
    const seen = new Set([box]);
    for (const one of seen) for (const edge of edges) if (step(edge)[0] === one) seen.add(step(edge)[1]);
    for (const one of seen) reached.add(one);
  };
  walk(({ from, to }) => [from, to]);
  walk(({ from, to }) => [to, from]);
  return reached;
}

/** Keeps the start and the end, where names differ. */
function shorten(text: string, room: number): string {
  const characters = [...text];
  if (characters.length <= room) return text;
  const end = Math.floor((room - 1) / 2);
  return `${characters.slice(0, room - 1 - end).join('')}…${characters.slice(-end).join('')}`;
}
