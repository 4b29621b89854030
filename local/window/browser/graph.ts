import uPlot from 'uplot';
import type { Graph } from '../../metrics/drawing.ts';
import { element } from './element.ts';
import { colorOf, dataOf, format, optionsOf, sizeOf } from './look.ts';

/** The labels of a graph's lines, with their latest values, or those at the cursor. */
const createLegend = (card: HTMLElement) => {
  const list = card.appendChild(element('ul', 'legend'));
  let outputs: HTMLElement[] = [];
  return {
    name: (labels: readonly string[]): void => {
      outputs = labels.map(() => element('output'));
      list.replaceChildren(
        ...outputs.map((output, i) => {
          const item = element('li', '', labels[i]);
          item.style.setProperty('--color', colorOf(i));
          item.append(output);
          return item;
        }),
      );
    },
    tell: ({ lines }: Graph, at: number | null | undefined): void => {
      for (const [i, { values }] of lines.entries()) {
        outputs[i]?.replaceChildren(format(values[at ?? values.length - 1]));
      }
    },
  };
};

/** A graph on a card; returns what draws it anew. */
export const createGraph = (card: HTMLElement): ((times: number[], graph: Graph) => void) => {
  const title = card.appendChild(element('h3'));
  const area = card.appendChild(element('div', 'plot'));
  const legend = createLegend(card);
  let plot: uPlot | undefined;
  let drawn: string | undefined;
  // How much room it has depends on how many lines its legend takes.
  new ResizeObserver(() => plot?.setSize(sizeOf(area))).observe(area);

  return (times, graph) => {
    title.textContent = graph.title;
    const labels = graph.lines.map(({ label }) => label);
    const tell = () => legend.tell(graph, plot?.cursor.idx);
    if (labels.join() === drawn) {
      plot?.setData(dataOf(times, graph));
      tell();
      return;
    }
    drawn = labels.join();
    plot?.destroy();
    plot = undefined;
    legend.name(labels);
    tell();
    plot = new uPlot({ ...optionsOf(graph, area), hooks: { setCursor: [tell] } }, dataOf(times, graph), area);
  };
};
