/** What one view alone reads of the API, and how that stands. */
import { useEffect, useRef, useState } from "react";
import { wordsOf } from "../api/request.js";

export interface Requested<T> {
  /** The last answer; null before the first. */
  readonly answer: T | null;
  /** Why the last request failed; empty where it did not. */
  readonly failure: string;
  /** Ask again. */
  readonly reload: () => void;
  /** Put an answer that came by another way, such as that of a change. */
  readonly put: (answer: T) => void;
}

/** Ask *what* whenever *key* changes; an answer to an older key is left alone. */
export function useRequest<T>(what: () => Promise<T>, key: string): Requested<T> {
  const [answer, setAnswer] = useState<T | null>(null);
  const [failure, setFailure] = useState("");
  const [asked, setAsked] = useState(0);
  const newest = useRef(what);
  newest.current = what;
  useEffect(() => {
    let stale = false;
    newest.current().then(
      (found) => {
        if (!stale) {
          setAnswer(found);
          setFailure("");
        }
      },
      (error: unknown) => {
        if (!stale) {
          setFailure(wordsOf(error));
        }
      },
    );
    return () => { stale = true; };
  }, [key, asked]);
  return { answer, failure, reload: () => { setAsked(asked + 1); }, put: setAnswer };
}
