import { type Html, html } from './html.ts';

const pages = [
  { name: 'overview', path: '/', title: 'Overview' },
  { name: 'dashboard', path: '/dashboard', title: 'Dashboard' },
] as const;

/** The links between the window's pages. */
export const navigation = (current: (typeof pages)[number]['name']): Html =>
  html`<nav>${pages.map(({ name, path, title }) =>
    name === current ? html`<a href="${path}" aria-current="page">${title}</a>` : html`<a href="${path}">${title}</a>`,
  )}</nav>`;
