/** What every view is given: the store, where the address points, the clock. */
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Clock } from "../drawing/format.js";
import { writePlace, type Place } from "../drawing/route.js";
import type { Store } from "../state/store.js";

export interface Shown {
  readonly store: Store;
  readonly place: Place;
  readonly clock: Clock;
}

export const ShownContext = createContext<Shown | null>(null);

/** Draws the view again whenever the store says so. */
export function useShown(): Shown {
  const shown = useContext(ShownContext);
  if (shown === null) {
    throw new Error("a view is drawn inside the application");
  }
  useSyncExternalStore(shown.store.subscribe, shown.store.version);
  return shown;
}

/** Where the address points, without drawing again at each message. */
export function usePlace(): Shown {
  const shown = useContext(ShownContext);
  if (shown === null) {
    throw new Error("a view is drawn inside the application");
  }
  return shown;
}

export function setOptions(place: Place, options: Readonly<Record<string, string>>): void {
  const address = writePlace({ ...place, options: { ...place.options, ...options } });
  history.replaceState(null, "", address);
  dispatchEvent(new HashChangeEvent("hashchange"));
}
