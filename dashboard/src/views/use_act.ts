/** Something that an operator does: one at a time, and what came of it is said. */
import { useEffect, useRef, useState } from "react";
import { wordsOf } from "../api/request.js";
import { usePlace } from "./context.js";

export interface Acting {
  readonly busy: boolean;
  /** What came of the last act, in words. */
  readonly said: string;
  /** what: does it for a site, and answers what is to be said. */
  readonly act: (what: (site: string) => Promise<string>) => Promise<void>;
}

export function useAct(): Acting {
  const { store } = usePlace();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const from = useRef<readonly HTMLElement[]>([]);
  useEffect(() => {
    if (!busy) {
      keepFocus(from.current);
      from.current = [];
    }
  }, [busy]);
  const act = async (what: (site: string) => Promise<string>): Promise<void> => {
    from.current = listAround(document.activeElement);
    setBusy(true);
    try {
      setSaid(await what(store.siteId ?? ""));
    } catch (error) {
      setSaid(wordsOf(error));
    }
    setBusy(false);
    store.touch();
  };
  return { busy, said, act };
}

/** An element and what it lies in, from the inside. */
function listAround(element: Element | null): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (let each = element; each instanceof HTMLElement && each !== document.body; each = each.parentElement) {
    found.push(each);
  }
  return found;
}

/**
 * A button that is switched off or goes away takes the focus with it, and whoever works with the
 * keyboard would begin at the top: so it goes back, or to the part of the page that the button was in.
 */
function keepFocus(around: readonly HTMLElement[]): void {
  const [button] = around;
  if (button === undefined || document.activeElement !== document.body) {
    return;
  }
  if (button.isConnected) {
    button.focus();
  } else {
    const part = around.find((each) => each.isConnected && each.matches("section, main"));
    part?.setAttribute("tabindex", "-1");
    part?.focus();
  }
}
