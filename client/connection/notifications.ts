import { type EventName, type EventParams, events, isEvent } from '#protocol';
import { Emitter } from '../emitter.ts';

type Schema<T> = { safeParse: (value: unknown) => { success: true; data: T } | { success: false } };

// Said once for every event, so that a generic name finds the schema of its own.
const schemas: { readonly [E in EventName]: Schema<EventParams<E>> } = events;

/** What the server says unasked. What does not fit its schema, or has no name here, is nobody's. */
export class Notifications {
  readonly #heard = new Emitter<Record<EventName, unknown>>();

  /** Returns what takes the listener off again. */
  on<E extends EventName>(event: E, listener: (params: EventParams<E>) => void): () => void {
    return this.#heard.on(event, (params) => {
      const parsed = schemas[event].safeParse(params);
      if (parsed.success) listener(parsed.data);
    });
  }

  take(name: string, params: unknown): void {
    if (isEvent(name)) this.#heard.emit(name, params);
  }
}
