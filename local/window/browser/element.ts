/** A new element, with its class and text. */
export const element = (name: string, className = '', text = ''): HTMLElement =>
  Object.assign(document.createElement(name), { className, textContent: text });
