type Listeners<Events> = { [E in keyof Events]?: Set<(detail: Events[E]) => void> };

/** Typed events. A listener that throws hurts nobody else: its error surfaces as the platform's uncaught error. */
export class Emitter<Events> {
  readonly #listeners: Listeners<Events> = {};

  /** Returns what takes the listener off again. */
  on<E extends keyof Events>(event: E, listener: (detail: Events[E]) => void): () => void {
    const listeners: Listeners<Events>[E] = this.#listeners[event] ?? new Set();
    this.#listeners[event] = listeners;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  emit<E extends keyof Events>(event: E, detail: Events[E]): void {
    for (const listener of this.#listeners[event] ?? []) {
      try {
        listener(detail);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
