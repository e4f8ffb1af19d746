/** Reads pages of what is older than a list shows, one at a time. */
import { useState, type ReactNode } from "react";
import { wordsOf } from "../api/request.js";
import { useShown } from "./context.js";

interface Props {
  /** Of what, such as `incidents`. */
  readonly of: string;
  /** Takes over the page before *before* (undefined: the newest), and says where the next begins; null at the end. */
  readonly onRead: (before: string | undefined) => Promise<string | null>;
}

export function Older({ of, onRead }: Props): ReactNode {
  const { store } = useShown();
  const [before, setBefore] = useState<string | null | undefined>(undefined);
  const [failure, setFailure] = useState("");
  const read = async (): Promise<void> => {
    try {
      setBefore(await onRead(before ?? undefined));
      setFailure("");
      store.touch();
    } catch (error) {
      setFailure(wordsOf(error));
    }
  };
  if (before === null) {
    return <p className="empty">These are all, or as many as the page keeps.</p>;
  }
  return (
    <p>
      <button type="button" onClick={() => void read()}>Older {of}</button>{" "}
      <span role="status">{failure}</span>
    </p>
  );
}
