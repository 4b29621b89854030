/** Runs in the operator's browser: draws the dashboard as it is now, every two seconds. */
import { Drawing } from '../../metrics/drawing.ts';
import { element } from './element.ts';
import { createGraph } from './graph.ts';

type Widget = Drawing['widgets'][number];
type Draw = (times: number[], widget: Widget) => void;

const createCard = ({ kind, x, y, width, height }: Widget): Draw => {
  const card = element('section', kind);
  card.style.gridArea = `${y + 1} / ${x + 1} / span ${height} / span ${width}`;
  document.querySelector('#dashboard')?.append(card);
  if (kind === 'text') {
    const heading = card.appendChild(element('h2'));
    return (_times, widget) => {
      if (widget.kind === 'text') heading.textContent = widget.markdown.replace(/^#+ /, '');
    };
  }
  const draw = createGraph(card);
  return (times, widget) => {
    if (widget.kind === 'graph') draw(times, widget);
  };
};

const cards: Draw[] = [];

const refresh = async (): Promise<void> => {
  const response = await fetch('/dashboard.json');
  if (!response.ok) throw new Error(await response.text());
  const { times, widgets } = Drawing.parse(await response.json());
  if (widgets.length === 0) return;
  document.querySelector('#dashboard > .none')?.remove();
  for (const [index, widget] of widgets.entries()) {
    const draw = cards[index] ?? createCard(widget);
    cards[index] = draw;
    draw(times, widget);
  }
};

const keepFresh = async (): Promise<void> => {
  if (!document.hidden) await refresh().catch((error: unknown) => reportError(error));
  setTimeout(() => void keepFresh(), 2000);
};
void keepFresh();
