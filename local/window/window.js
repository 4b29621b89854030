/** Runs in the operator's browser: shows the page as it is now every two seconds, and leaves open what was opened. */
const refresh = async () => {
  const response = await fetch('/');
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  for (const { id } of document.querySelectorAll('details[open]')) {
    fresh.getElementById(id)?.setAttribute('open', '');
  }
  const scrolled = [...document.querySelectorAll('.scroll')].map((element) => element.scrollTop);
  for (const name of ['header', 'main']) document.querySelector(name)?.replaceWith(fresh.querySelector(name) ?? '');
  for (const [index, element] of document.querySelectorAll('.scroll').entries()) {
    element.scrollTop = scrolled[index] ?? 0;
  }
};

const isReading = () => document.hidden || getSelection()?.type === 'Range';

setInterval(() => {
  if (!isReading()) refresh().catch(() => document.querySelector('time')?.classList.add('bad'));
}, 2000);
