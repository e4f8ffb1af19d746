/** A button that asks once more before it does what cannot simply be taken back. */
import { useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { takeFocus } from "./focus.js";

interface Props {
  readonly title: string;
  readonly question: string;
  readonly yes: string;
  readonly disabled: boolean;
  readonly onYes: () => void;
}

export function Question({ title, question, yes, disabled, onYes }: Props): ReactNode {
  const [asks, setAsks] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const end = (): void => {
    setAsks(false);
    button.current?.focus();
  };
  const leave = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      end();
    }
  };
  return (
    <>
      <button ref={button} type="button" disabled={disabled} aria-expanded={asks}
        onClick={() => { setAsks(!asks); }}>{title}</button>{" "}
      {!asks || disabled ? null : (
        <span role="group" aria-label="Confirm" tabIndex={-1} ref={takeFocus} onKeyDown={leave}>
          {question}{" "}
          <button type="button" onClick={() => { end(); onYes(); }}>{yes}</button>{" "}
          <button type="button" onClick={end}>No</button>
        </span>
      )}
    </>
  );
}
