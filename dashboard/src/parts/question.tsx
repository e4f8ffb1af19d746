/** A button that asks once more before it does what cannot simply be taken back. */
import { useRef, useState, type ReactNode } from "react";

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
  return (
    <>
      <button ref={button} type="button" disabled={disabled} aria-expanded={asks}
        onClick={() => { setAsks(!asks); }}>{title}</button>{" "}
      {!asks || disabled ? null : (
        <span role="group" aria-label="Confirm" tabIndex={-1} ref={takeFocus}>
          {question}{" "}
          <button type="button" onClick={() => { end(); onYes(); }}>{yes}</button>{" "}
          <button type="button" onClick={end}>No</button>
        </span>
      )}
    </>
  );
}

/** So that it is read out, and the next press of Tab leads to the answer. */
function takeFocus(element: HTMLElement | null): void {
  element?.focus();
}
