/** Something that an operator does: one at a time, and what came of it is said. */
import { useEffect, useRef, useState } from "react";
import { wordsOf } from "../api/request.js";
import { keepFocus, listAround } from "../parts/focus.js";
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
