/** The keyboard stays where it was: what takes the focus away with it gives it to what is around. */

/** An element and what it lies in, from the inside. */
export function listAround(element: Element | null): HTMLElement[] {
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
export function keepFocus(around: readonly HTMLElement[]): void {
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

/** Buttons that take themselves away, such as those that close a form, need not think of it. */
export function keepFocusAtClicks(): void {
  addEventListener("click", () => {
    const around = listAround(document.activeElement);
    setTimeout(() => { keepFocus(around); }); // by then the page is drawn again
  }, { capture: true });
}

/** So that it is read out, and the next press of Tab leads to what is in it. */
export function takeFocus(element: HTMLElement | null): void {
  element?.focus();
}
